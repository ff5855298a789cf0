// The page of all versions: going back, and going on from any of them.

import * as api from "./api.js";
import { note } from "./notes.js";

const main = document.getElementById("main");

/** Do it, and show the page anew; where it cannot be done, say why. */
async function move(button, work) {
  button.disabled = true;
  try {
    const stands = await work();
    sessionStorage.setItem("said", stands.message);
    location.reload();
  } catch (error) {
    button.disabled = false;
    note(error.message);
  }
}

for (const button of main.querySelectorAll("[data-go-on]")) {
  button.addEventListener("click", () => move(button, () => api.goOn(button.dataset.goOn)));
}
const undo = document.getElementById("undo");
undo?.addEventListener("click", () => move(undo, () => api.undo(main.dataset.thread)));

const said = sessionStorage.getItem("said");
if (said) {
  sessionStorage.removeItem("said");
  note(said);
}
