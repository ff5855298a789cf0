// Choosing several tiles of the gallery, and what can be done with all of them at once.

import * as api from "./api.js";
import { confirmDeleteAll } from "./dialog.js";
import { Many } from "./many.js";
import { announce, note, told } from "./notes.js";

const MOST = 200;

export class Picking {
  /** `wall()` is the wall that hangs now; `gone(ids)` is told what was deleted. */
  constructor(wall, gone) {
    this.wall = wall;
    this.gone = gone;
    this.ids = new Set();
    this.last = null;
    this.many = new Many(() => [...this.ids], () => this.clear());
    this.bar = document.getElementById("picked");
    this.bar.addEventListener("click", (event) => this.#press(event.target.closest("[data-all]")?.dataset.all));
    document.getElementById("zip").addEventListener("submit", () => this.#named());
  }

  get active() {
    return this.ids.size > 0;
  }

  /** Choose a tile or let it go; with `through`, all from the last chosen one to it. */
  toggle(tile, through = false) {
    const { id } = tile.dataset;
    const range = through && this.last ? this.wall().between(this.last, id) : [id];
    const wanted = through || !this.ids.has(id);
    for (const each of range) {
      if (!wanted) this.ids.delete(each);
      else if (this.ids.size < MOST) this.ids.add(each);
      else {
        note(`Up to ${MOST} can be chosen at once.`);
        break;
      }
    }
    this.last = id;
    this.#show();
  }

  clear() {
    const { last } = this;
    this.ids.clear();
    this.last = null;
    if (last && this.bar.contains(document.activeElement)) this.wall()?.bring(last)?.querySelector("a").focus();
    this.#show();
  }

  /** Mark tiles that were hung again. */
  mark(tiles) {
    for (const tile of tiles) {
      const chosen = this.ids.has(tile.dataset.id);
      tile.classList.toggle("chosen", chosen);
      tile.querySelector(".tile-pick").setAttribute("aria-pressed", String(chosen));
    }
  }

  /** Delete what is chosen, after a question. */
  async remove() {
    const ids = [...this.ids];
    if (!ids.length || !(await confirmDeleteAll(ids.length))) return;
    if (!(await told(() => api.removeAll(ids)))) return;
    note(`${counted(ids.length)} deleted.`);
    this.gone(ids);
    this.clear();
  }

  #press(what) {
    if (what === "clear") this.clear();
    if (what === "delete") this.remove();
    if (what === "keep") this.many.open();
    if (what === "favourite") this.#favourite();
  }

  async #favourite() {
    const ids = [...this.ids];
    if (!(await told(() => api.favouriteAll(ids, true)))) return;
    note(`${counted(ids.length)} added to favourites.`);
    for (const id of ids) this.wall()?.find(id)?.querySelector(".tile-heart").setAttribute("aria-pressed", "true");
    this.clear();
  }

  #named() {
    document.querySelector("#zip [name=assets]").value = [...this.ids].join(",");
    announce("The files are being packed.");
  }

  #show() {
    document.body.classList.toggle("picking", this.active);
    this.bar.hidden = !this.active;
    this.bar.querySelector("output").textContent = `${this.ids.size} chosen`;
    this.mark(document.querySelectorAll(".tile"));
  }
}

function counted(count) {
  return count === 1 ? "One" : `${count}`;
}
