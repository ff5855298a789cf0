// Where a wish is written: words, settings, and what to work from.

import * as api from "./api.js";
import { Given } from "./given.js";

export class Composer {
  /** `send(wish)` gets `{text, inputs, kind, aspect}`; the field is emptied once it has succeeded. */
  constructor(send) {
    this.form = document.getElementById("composer");
    this.words = document.getElementById("wish");
    this.aspect = document.getElementById("aspect");
    this.kinds = [...this.form.querySelectorAll("[data-kind]")];
    this.trouble = document.getElementById("composer-trouble");
    this.button = document.getElementById("send");
    this.given = new Given({ trouble: (text) => this.complain(text), changed: () => this.#fit(), dropped: (id) => this.refineKnown(id) });
    this.send = send;
    this.#wire();
    this.#fit();
  }

  focus() {
    this.words.focus({ preventScroll: true });
  }

  /** Put words in, ready to be changed. */
  fill(text) {
    this.words.value = text;
    this.#fit();
    this.focus();
    this.words.setSelectionRange(text.length, text.length);
  }

  /** Work from this asset with the next wish. */
  refine(asset) {
    this.given.refine(asset);
    this.focus();
  }

  /** The same, of an asset of which only the id is known. */
  async refineKnown(id) {
    try {
      this.refine(await api.asset(id));
    } catch (error) {
      this.complain(error.message);
    }
  }

  /** Say in one sentence what is wrong; an empty text takes it back. */
  complain(text) {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  }

  #wire() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.words.addEventListener("input", () => this.#fit());
    this.words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.aspect.addEventListener("change", () => this.#fit());
    for (const chip of this.kinds) chip.addEventListener("click", () => this.#choose(chip));
  }

  #choose(chosen) {
    const on = chosen?.getAttribute("aria-pressed") !== "true";
    for (const chip of this.kinds) chip.setAttribute("aria-pressed", String(chip === chosen && on));
  }

  async #submit() {
    const text = this.words.value.trim();
    if (!text || this.button.disabled) return this.focus();
    if (this.given.busy) return this.complain("The picture is still on its way. One moment, please.");
    const kind = this.kinds.find((chip) => chip.getAttribute("aria-pressed") === "true")?.dataset.kind;
    this.complain("");
    this.button.disabled = true;
    try {
      await this.send({ text, inputs: this.given.ids(), kind, aspect: this.aspect.value || null });
      this.#empty();
    } catch (error) {
      this.complain(error.message);
    } finally {
      this.button.disabled = false;
      this.#fit();
      this.focus();
    }
  }

  #empty() {
    this.words.value = "";
    this.aspect.value = "";
    this.#choose(null);
    this.given.clear();
  }

  /** As high as the words, up to the height that the style sheet allows. */
  #fit() {
    this.words.style.height = "auto";
    this.words.style.height = `${this.words.scrollHeight}px`;
    this.form.classList.toggle("filled", this.words.value.trim() !== "");
    this.aspect.parentElement.toggleAttribute("data-set", this.aspect.value !== "");
  }
}
