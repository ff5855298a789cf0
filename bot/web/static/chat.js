// The chat page: sends wishes, shows their cards, keeps the address and the list of conversations.

import * as api from "./api.js";
import { Card } from "./card.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { follow, isFinal } from "./live.js";
import { note } from "./notes.js";

const assetsHere = new Map();
const turns = document.getElementById("turns");
const composer = new Composer(send);
const desk = {
  refine: (asset) => composer.refine(asset),
  act,
  again: (view) => composer.fill(view.prompt),
  focus: () => composer.focus(),
  learn: (assets) => assets.forEach((asset) => assetsHere.set(asset.id, asset)),
  known: (id) => assetsHere.get(id),
};
let thread = turns.dataset.thread || null;

/** A reply goes to the thread; a wish with settings of its own is a creation in it. */
async function send({ text, inputs, kind, aspect }) {
  const plain = thread && !kind && !aspect;
  const options = aspect ? { aspect } : {};
  const view = plain
    ? await api.reply(thread, { text, inputs })
    : await api.create({ prompt: text, inputs, options, ...(kind && { kind }), ...(thread && { thread }) });
  show(view, aspect);
}

async function act(asset, action) {
  try {
    show(await api.create({ action, inputs: [asset.id], ...(thread && { thread }) }));
  } catch (error) {
    note(error.message);
  }
}

function show(view, shape = null) {
  const card = place(view, shape);
  if (!thread) open(view);
  card.node.scrollIntoView({ block: "start", behavior: "smooth" });
}

function place(view, shape) {
  document.getElementById("welcome")?.remove();
  const card = new Card(view, desk, shape);
  turns.append(card.node);
  if (!isFinal(view)) follow(view.id, (newer) => card.update(newer));
  return card;
}

function open(view) {
  thread = view.thread;
  const address = `/t/${encodeURIComponent(thread).replaceAll("%3A", ":")}`;
  const title = view.title || view.prompt.slice(0, 80) || "Untitled";
  history.replaceState(null, "", address);
  document.title = `${title} · Easel`;
  const versions = document.getElementById("versions");
  versions.href = `${address}/tree`;
  versions.hidden = false;
  composer.words.placeholder = "Reply to change it, or ask for more";
  const link = el("a", { href: address, dir: "auto", "aria-current": "page" }, title);
  document.getElementById("thread-list").prepend(el("li", {}, link));
}

function refineAsked() {
  const wanted = new URLSearchParams(location.search).get("refine");
  if (!wanted) return;
  history.replaceState(null, "", location.pathname);
  composer.refineKnown(wanted);
}

for (const view of JSON.parse(turns.dataset.creations)) place(view, null);
for (const example of document.querySelectorAll("[data-example]")) {
  example.addEventListener("click", () => composer.fill(example.querySelector("span").textContent));
}
turns.lastElementChild?.scrollIntoView({ block: "start" });
if (matchMedia("(pointer: fine)").matches) composer.focus();
refineAsked();
