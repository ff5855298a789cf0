// Hanging many assets in a collection, and tagging them, all at once.

import * as api from "./api.js";
import { el, icon } from "./dom.js";
import { note } from "./notes.js";

/** Wire the dialog; `chosen()` gives the ids, `done()` is told when something was done with them. */
export class Many {
  constructor(chosen, done) {
    this.chosen = chosen;
    this.done = done;
    this.dialog = document.getElementById("many");
    this.walls = document.getElementById("many-walls");
    this.tag = document.getElementById("many-tag");
    this.wall = document.getElementById("many-wall");
    this.dialog.addEventListener("click", (event) => {
      const pressed = event.target.closest("[data-collection]");
      if (pressed) this.#hang(pressed.dataset.collection, pressed.textContent.trim());
      if (event.target.closest("[data-close]")) this.dialog.close();
    });
    this.#wire("many-tag-form", () => this.#addTag());
    this.#wire("many-wall-form", () => this.#begin());
  }

  async open() {
    this.dialog.querySelector("h2").textContent = `Keep ${this.chosen().length} together`;
    this.dialog.showModal();
    try {
      const { collections } = await api.collections();
      this.walls.replaceChildren(...collections.map(chip));
    } catch (error) {
      note(error.message);
    }
  }

  #wire(form, act) {
    document.getElementById(form).addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await act();
      } catch (error) {
        note(error.message);
      }
    });
  }

  async #hang(id, name) {
    try {
      await api.hang(id, this.chosen());
      this.#end(`Hung in ${name}.`);
    } catch (error) {
      note(error.message);
    }
  }

  async #begin() {
    const name = this.wall.value.trim();
    if (!name) return;
    const made = await api.beginCollection(name);
    await api.hang(made.id, this.chosen());
    this.#end(`Hung in ${made.name}.`);
  }

  async #addTag() {
    const names = this.tag.value.split(",").map((name) => name.trim()).filter(Boolean);
    if (!names.length) return;
    await api.tagAll(this.chosen(), names);
    this.#end("Tagged.");
  }

  #end(said) {
    this.wall.value = this.tag.value = "";
    this.dialog.close();
    note(said);
    this.done();
  }
}

function chip(collection) {
  const button = el("button", { type: "button", class: "chip", "data-collection": collection.id }, icon("collection"), el("span", { dir: "auto" }, collection.name));
  return el("li", {}, button);
}
