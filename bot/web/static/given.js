// What a wish works from: the asset being refined, and pictures that were added by button, paste or drop.

import * as api from "./api.js";
import { el, iconButton } from "./dom.js";
import { announce } from "./notes.js";

const MOST = 10;

export class Given {
  /** `dropped(id)`: an asset was dragged here from another page of Easel. */
  constructor({ trouble, changed, dropped }) {
    this.list = document.getElementById("given");
    this.trouble = trouble;
    this.changed = changed;
    this.dropped = dropped;
    this.entries = new Map();
    this.#wire();
  }

  /** A picture is still being sent. */
  get busy() {
    return [...this.entries.values()].some((entry) => entry.id === null);
  }

  ids() {
    return [...this.entries.values()].map((entry) => entry.id);
  }

  clear() {
    for (const key of [...this.entries.keys()]) this.#drop(key);
  }

  refine(asset) {
    this.#drop("refined");
    const label = `Refining ${asset.version || "this picture"}`;
    this.#add("refined", asset.id, label, asset.kind === "speech" ? null : api.thumbnail(asset.id));
    announce(`${label}. Say what should change.`);
  }

  async #upload(file) {
    if (!file.type.startsWith("image/")) return this.trouble("Easel takes pictures here: PNG, JPEG, WebP or GIF.");
    if (this.entries.size >= MOST) return this.trouble(`Easel takes up to ${MOST} pictures at once.`);
    this.trouble("");
    const key = api.freshKey();
    const preview = URL.createObjectURL(file);
    const entry = this.#add(key, null, "Sending the picture", preview);
    try {
      const asset = await api.upload(file);
      entry.id = asset.id;
      entry.words.textContent = file.name || "Picture";
      entry.node.classList.remove("busy");
      announce("The picture is added.");
    } catch (error) {
      this.#drop(key);
      this.trouble(error.message);
    }
  }

  #add(key, id, label, picture) {
    const words = el("span", { class: "given-words", dir: "auto" }, label);
    const image = picture ? el("img", { src: picture, alt: "", width: 32, height: 32 }) : null;
    const close = iconButton("close", `Remove: ${label}`, () => this.#drop(key));
    const node = el("li", { class: id ? "given-one" : "given-one busy" }, image, words, close);
    const entry = { id, node, words, picture };
    this.entries.set(key, entry);
    this.list.append(node);
    this.list.hidden = false;
    this.changed();
    return entry;
  }

  #drop(key) {
    const entry = this.entries.get(key);
    if (!entry) return;
    if (entry.picture?.startsWith("blob:")) URL.revokeObjectURL(entry.picture);
    entry.node.remove();
    this.entries.delete(key);
    this.list.hidden = this.entries.size === 0;
    this.changed();
  }

  #wire() {
    const chooser = document.getElementById("file");
    const take = (files) => [...files].forEach((file) => this.#upload(file));
    document.getElementById("attach").addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      take(chooser.files);
      chooser.value = "";
    });
    document.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      take(event.clipboardData.files);
    });
    wireDrop(take, this.dropped);
  }
}

const ASSET = /\/a\/([0-9a-f]{32})$/;

function wireDrop(take, dropped) {
  const takes = (event) => ["Files", "text/uri-list"].some((type) => event.dataTransfer?.types.includes(type));
  const show = (on) => document.body.classList.toggle("dropping", on);
  document.addEventListener("dragover", (event) => {
    if (!takes(event)) return;
    event.preventDefault();
    show(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && show(false));
  document.addEventListener("drop", (event) => {
    if (!takes(event)) return;
    event.preventDefault();
    show(false);
    const link = URL.parse?.(event.dataTransfer.getData("text/uri-list"));
    const id = link?.origin === location.origin && link.pathname.match(ASSET)?.[1];
    if (id) dropped(id);
    else take(event.dataTransfer.files);
  });
}
