// What can be done with an asset.

import * as api from "./api.js";
import { confirmDelete } from "./dialog.js";
import { el, icon, iconButton } from "./dom.js";
import { announce, note } from "./notes.js";

const OFFERED = {
  image: ["refine", "vary", "animate", "upscale"],
  upload: ["refine", "vary", "animate", "upscale"],
  video: ["refine", "extend", "upscale"],
  speech: ["refine", "again"],
};
const NAMES = { refine: "Refine", vary: "Vary", animate: "Animate", upscale: "Upscale", extend: "Extend", again: "Again" };

/** The row of buttons under an asset. `desk` does what they ask: `refine(asset)`, `act(asset, action)`, `removed(asset)`. */
export function actionRow(asset, desk) {
  const press = (name) => (name === "refine" ? desk.refine(asset) : desk.act(asset, name));
  const chips = OFFERED[asset.kind].map((name) =>
    el(
      "button",
      { type: "button", class: "chip", "data-action": name, title: NAMES[name], onclick: () => press(name) },
      icon(name),
      el("span", {}, NAMES[name]),
    ),
  );
  return el(
    "div",
    { class: "actions", role: "group", "aria-label": `What to do with ${asset.version || "this"}` },
    el("div", { class: "actions-main" }, chips),
    el("div", { class: "actions-more" }, heart(asset), details(asset), download(asset), bin(asset, desk)),
  );
}

/** Turn a favourite on or off, at once on the page and then on the server. */
export async function toggleFavourite(button, id) {
  const wanted = button.getAttribute("aria-pressed") !== "true";
  showFavourite(button, wanted);
  try {
    await api.change(id, { favourite: wanted });
    announce(wanted ? "Added to favourites." : "Removed from favourites.");
  } catch (error) {
    showFavourite(button, !wanted);
    note(error.message);
  }
  return button.getAttribute("aria-pressed") === "true";
}

/** Ask, then delete. Tells whether it is gone. */
export async function deleteAsked(asset) {
  if (!(await confirmDelete(asset))) return false;
  try {
    await api.remove(asset.id);
  } catch (error) {
    if (error.status !== 404) {
      note(error.message);
      return false;
    }
  }
  return true;
}

function showFavourite(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

function heart(asset) {
  return iconButton("heart", "Favourite", (event) => toggleFavourite(event.currentTarget, asset.id), {
    "aria-pressed": String(asset.favourite),
    "data-action": "favourite",
  });
}

function details(asset) {
  return el("a", { class: "icon-button", href: `/a/${asset.id}`, "aria-label": "Details", title: "Details" }, icon("info"));
}

function download(asset) {
  const attributes = { class: "icon-button", href: `${api.content(asset.id)}?download=1`, download: true, "aria-label": "Download", title: "Download" };
  return el("a", attributes, icon("download"));
}

function bin(asset, desk) {
  const press = async () => (await deleteAsked(asset)) && desk.removed(asset);
  return iconButton("trash", "Delete", press, { class: "icon-button danger", "data-action": "delete" });
}
