// One result: a framed picture, a player, or spoken words.

import { actionRow } from "./actions.js";
import * as api from "./api.js";
import { el } from "./dom.js";

/** The figure of an asset, with its version, its words and its buttons. */
export function figure(asset, desk) {
  const words = asset.alt_text || asset.prompt || "";
  return el(
    "figure",
    { class: `asset ${asset.kind}`, "data-id": asset.id },
    SHOWN[asset.kind](asset),
    el(
      "figcaption",
      {},
      asset.version ? el("span", { class: "version" }, asset.version) : null,
      asset.kind === "speech" ? null : el("span", { class: "caption", dir: "auto", title: words }, words),
    ),
    actionRow(asset, desk),
  );
}

/** The place where a result will hang. */
export function emptyFrame(kind, shape) {
  return el("div", { class: `waiting ${kind} shape-${shape}`, "aria-hidden": "true" }, el("span", { class: "sheen" }));
}

/** Show a rough picture of what is being made, where there is one. */
export function sketch(frame, url) {
  if (!url || frame.dataset.rough === url) return;
  frame.dataset.rough = url;
  frame.querySelector(".rough")?.remove();
  const { pathname, search } = new URL(url);
  frame.append(el("img", { class: "rough", src: pathname + search, alt: "" }));
}

const SHOWN = { image: picture, upload: picture, video: player, speech: voice };

function picture(asset) {
  if (asset.safety === "withheld") return el("p", { class: "held-back" }, "Held back by the safety check. The operator of this Easel can release it.");
  if (asset.safety === "spoiler") return el("details", { class: "veil" }, el("summary", {}, "Hidden by the safety check. Show it"), hung(asset));
  return hung(asset);
}

function hung(asset) {
  const image = el("img", { src: api.content(asset.id), alt: alt(asset), width: asset.width, height: asset.height, decoding: "async" });
  image.addEventListener("load", () => image.classList.add("there"));
  if (image.complete) image.classList.add("there");
  return el("a", { class: "frame", href: `/a/${asset.id}` }, image);
}

function player(asset) {
  return el("div", { class: "frame" }, el("video", {
    src: api.content(asset.id),
    poster: api.thumbnail(asset.id),
    width: asset.width,
    height: asset.height,
    controls: true,
    playsinline: true,
    preload: "metadata",
    "aria-label": alt(asset),
  }));
}

function voice(asset) {
  return el(
    "div",
    { class: "voice" },
    el("blockquote", { dir: "auto" }, asset.prompt || asset.alt_text),
    el("audio", { src: api.content(asset.id), controls: true, preload: "metadata", "aria-label": alt(asset) }),
  );
}

function alt(asset) {
  return asset.alt_text || asset.prompt || `${asset.kind} ${asset.version}`;
}
