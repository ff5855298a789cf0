// Drop a file, and read what is known of it.

import * as api from "./api.js";
import { el } from "./dom.js";

const drop = document.getElementById("drop");
const chooser = document.getElementById("file");
const report = document.getElementById("report");
let preview = null;
let asked = 0;

async function look(file) {
  const mine = ++asked;
  drop.classList.add("small");
  say(el("p", { class: "busy-words" }, "Looking…"));
  try {
    const found = await api.inspect(file);
    if (mine === asked) show(file, found);
  } catch (error) {
    if (mine === asked) say(el("p", { class: "verdict" }, error.message));
  }
}

function say(...nodes) {
  report.replaceChildren(...nodes);
  report.hidden = false;
}

function show(file, found) {
  const one = found.finding === "same" ? found.sightings[0] : null;
  const words = el("p", { class: "verdict", dir: "auto" }, found.message);
  const open = one ? el("p", {}, el("a", { href: one.asset.page_url }, "Open its page")) : null;
  const picture = given(file);
  say(
    ...[
      el("div", { class: picture ? "found" : "found alone" }, picture, el("div", {}, words, open)),
      found.finding === "alike" ? likes(found.sightings) : null,
      part("Content credentials", el("p", { dir: "auto" }, found.credentials.message)),
      part("Fingerprint (SHA-256)", el("p", { class: "sha" }, found.sha256)),
    ].filter(Boolean),
  );
}

function part(heading, ...nodes) {
  return el("section", { class: "said" }, el("h2", {}, heading), ...nodes);
}

/** The file itself, where a browser shows it as a picture. */
function given(file) {
  if (preview) URL.revokeObjectURL(preview);
  preview = null;
  if (!file.type.startsWith("image/")) return null;
  preview = URL.createObjectURL(file);
  const frame = el("div", { class: "given" });
  frame.append(el("img", { src: preview, alt: `The file ${file.name}`, onerror: () => frame.replaceChildren("No picture") }));
  return frame;
}

function likes(sightings) {
  return part("Looks like", el("div", { class: "likes" }, sightings.map(like)));
}

function like({ asset, author, distance, title }) {
  const name = asset.version || "upload";
  const far = distance ? `${distance} of 64 bits differ` : "looks the same";
  const words = [author ? `${name} by ${author}` : name, title || asset.asked].filter(Boolean).join(", ");
  return el(
    "a",
    { class: asset.safety ? "like veiled" : "like", href: asset.page_url },
    el("img", { src: asset.thumbnail_url, alt: asset.alt_text || asset.prompt || "A picture", loading: "lazy" }),
    el("span", { dir: "auto" }, words),
    el("span", {}, far),
  );
}

chooser.addEventListener("change", () => {
  if (chooser.files.length) look(chooser.files[0]);
  chooser.value = "";
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) look(event.clipboardData.files[0]);
});
document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  document.body.classList.add("over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget === null && document.body.classList.remove("over"));
document.addEventListener("drop", (event) => {
  document.body.classList.remove("over");
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  look(event.dataTransfer.files[0]);
});
