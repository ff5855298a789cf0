// The page of one asset: its buttons, its keys, its alt text.

import * as api from "./api.js";
import { deleteAsked, toggleFavourite } from "./actions.js";
import { isTyping } from "./dom.js";
import { wireKeeping } from "./keep.js";
import { note } from "./notes.js";
import { wireSharing } from "./share.js";

const main = document.getElementById("main");
const asset = { id: main.dataset.id, kind: main.dataset.kind, version: main.dataset.version };
const button = (name) => main.querySelector(`[data-action="${name}"]`);

async function act(pressed) {
  pressed.disabled = true;
  try {
    const made = await api.create({ action: pressed.dataset.action, inputs: [asset.id] });
    location.assign(`/t/${encodeURIComponent(made.thread)}`);
  } catch (error) {
    pressed.disabled = false;
    note(error.message);
  }
}

async function remove() {
  if (await deleteAsked(asset)) location.assign("/gallery");
}

async function copy() {
  const words = (document.getElementById("prompt") ?? main.querySelector("h1")).textContent;
  try {
    await navigator.clipboard.writeText(words);
    note("The prompt is copied.");
  } catch {
    note("This browser does not let pages copy. Please select the prompt yourself.");
  }
}

function wireAlt() {
  const form = document.getElementById("alt");
  const field = document.getElementById("alt-text");
  const save = form.querySelector("button");
  let stored = field.value;
  field.addEventListener("input", () => (save.hidden = field.value === stored));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      stored = (await api.change(asset.id, { alt_text: field.value })).alt_text;
      save.hidden = true;
      note("The alt text is saved.");
    } catch (error) {
      note(error.message);
    }
  });
}

/** "3 minutes ago, 22 November 2025 at 15:02", in the reader's own zone. */
function localTimes() {
  const absolute = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
  for (const time of document.querySelectorAll("time")) {
    const relative = time.textContent.split(",")[0];
    time.textContent = `${relative}, ${absolute.format(new Date(time.dateTime))}`;
  }
}

for (const name of ["vary", "animate", "upscale", "extend", "again"]) {
  button(name)?.addEventListener("click", (event) => act(event.currentTarget));
}
button("favourite").addEventListener("click", (event) => toggleFavourite(event.currentTarget, asset.id));
button("delete").addEventListener("click", remove);
button("copy").addEventListener("click", copy);

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "f" || event.key === "F") button("favourite").click();
  if (event.key === "Delete") button("delete").click();
});

wireAlt();
wireKeeping(asset.id);
wireSharing({ asset: asset.id });
localTimes();
