// The page of all collections: beginning one.

import * as api from "./api.js";
import { note } from "./notes.js";

document.getElementById("begin").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const made = await api.beginCollection(document.getElementById("begin-name").value);
    location.assign(`/collections/${made.id}`);
  } catch (error) {
    note(error.message);
  }
});
