// What was asked for, as the head of a card.

import * as api from "./api.js";
import { el } from "./dom.js";
import { ACTION_NAMES } from "./words.js";

const LONG = 420;

/** The words of a wish, and small pictures of what it works from. */
export function wish(view, desk) {
  const words = view.prompt || pressed(view, desk);
  const text = el("p", { class: "wish-words", dir: "auto" }, words);
  const bubble = el("div", { class: "wish" }, el("h2", { class: "unseen" }, "You asked"), sources(view, desk), text);
  if (words.length > LONG) fold(bubble, text);
  return bubble;
}

/** A pressed button has no words: "Vary v2". */
function pressed(view, desk) {
  return [ACTION_NAMES[view.action] ?? "Again", desk.known(view.inputs[0])?.version].filter(Boolean).join(" ");
}

function sources(view, desk) {
  const pictures = view.inputs.filter((id) => desk.known(id)?.kind !== "speech").map((id) => source(id, desk.known(id)));
  return pictures.length ? el("div", { class: "wish-sources" }, pictures) : null;
}

function source(id, asset) {
  const alt = `Works from ${asset?.version || "your picture"}`;
  const image = el("img", { src: api.thumbnail(id), alt, title: alt, width: 48, height: 48 });
  image.addEventListener("error", () => image.remove()); // it was deleted since
  return image;
}

function fold(bubble, text) {
  const unfold = () => {
    text.classList.remove("folded");
    button.remove();
  };
  const button = el("button", { type: "button", class: "unfold", onclick: unfold }, "Show all of it");
  text.classList.add("folded");
  bubble.append(button);
}
