// The page of one collection: what hangs there, its name, its end.

import * as api from "./api.js";
import { asked } from "./dialog.js";
import { more } from "./following.js";
import { wireHover } from "./hover.js";
import { announce, note } from "./notes.js";
import { wireSharing } from "./share.js";

const main = document.getElementById("main");
const { id } = main.dataset;
const tiles = document.getElementById("tiles");
if (tiles) wireHover(tiles);

async function takeDown(button) {
  const tile = button.closest(".tile");
  const next = tile.nextElementSibling ?? tile.previousElementSibling;
  try {
    await api.takeDown(id, [button.dataset.down]);
    const count = document.getElementById("count");
    count.textContent = Number(count.textContent) - 1;
    tile.remove();
    next?.querySelector("a").focus();
    announce("Taken out of the collection.");
    if (!next) location.reload();
  } catch (error) {
    note(error.message);
  }
}

/** Hang the next page below. */
function hang(fresh) {
  tiles.append(...fresh);
  fresh[0]?.querySelector("a").focus();
}

function wireName() {
  const form = document.getElementById("rename");
  const field = document.getElementById("wall-name");
  let stored = field.value;
  const store = async () => {
    if (field.value.trim() === stored || !field.value.trim()) return (field.value = stored);
    try {
      stored = field.value = (await api.changeCollection(id, { name: field.value })).name;
      note("The collection has a new name.");
    } catch (error) {
      field.value = stored;
      note(error.message);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    field.blur();
  });
  field.addEventListener("blur", store);
}

async function end() {
  if (!(await asked("Delete this collection?", "Its links end. What hangs here stays in the gallery."))) return;
  try {
    await api.endCollection(id);
    location.assign("/collections");
  } catch (error) {
    note(error.message);
  }
}

document.addEventListener("click", (event) => {
  const down = event.target.closest("[data-down]");
  const link = event.target.closest("#more");
  if (down) takeDown(down);
  else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    more(link, hang);
  }
});

if (document.getElementById("share")) {
  wireName();
  wireSharing({ collection: id });
  document.getElementById("end").addEventListener("click", end);
}
