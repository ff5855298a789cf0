// One creation as a card: the wish, the steps, the results. `update` brings it to any newer view.

import * as api from "./api.js";
import { emptyFrame, figure, sketch } from "./asset.js";
import { el, setText } from "./dom.js";
import { isFinal } from "./live.js";
import { announce, note } from "./notes.js";
import { Steps } from "./steps.js";
import { wish } from "./wish.js";
import { KIND_NAMES, doing, ended, timeLeft } from "./words.js";

const VIDEO_TOOLS = new Set(["generate_video", "animate", "extend"]);

export class Card {
  /** `desk` does what the buttons ask; `shape` is the aspect that was wished for, if any. */
  constructor(view, desk, shape = null) {
    this.desk = { ...desk, removed: (asset) => this.#removed(asset) };
    this.shape = shape?.replace(":", "x");
    this.gone = new Set();
    this.steps = new Steps();
    this.state = el("span", { class: "state" });
    this.cancel = el("button", { type: "button", class: "chip", "data-action": "cancel", onclick: () => this.#cancel() }, "Cancel");
    this.confirm = el("button", { type: "button", class: "chip go", "data-action": "confirm", onclick: () => this.#confirm() }, "Go ahead");
    this.results = el("div", { class: "results" });
    this.reply = el("p", { class: "reply", dir: "auto", hidden: true });
    this.trouble = el("p", { class: "trouble", dir: "auto", hidden: true });
    this.retry = el("button", { type: "button", class: "chip", "data-action": "retry", onclick: () => desk.again(this.view) }, "Try again");
    this.node = el(
      "article",
      { class: "turn", "data-id": view.id },
      wish(view, desk),
      el(
        "div",
        { class: "work" },
        this.steps.node,
        el("div", { class: "status-line" }, this.state, this.confirm, this.cancel),
        this.results,
        this.reply,
        el("div", { class: "trouble-line" }, this.trouble, this.retry),
      ),
    );
    this.update(view);
  }

  update(view) {
    const aloud = this.view !== undefined;
    this.view = view;
    this.desk.learn(view.assets);
    this.node.dataset.status = view.status;
    const trouble = isFinal(view) && view.status !== "cancelled" ? view.error?.message : null;
    this.steps.update(view.steps, aloud, trouble);
    this.#status();
    this.#results(aloud);
    setText(this.reply, view.reply ?? "");
    this.reply.hidden = !view.reply;
    setText(this.trouble, trouble ?? "");
    this.trouble.hidden = !trouble;
    this.retry.hidden = !trouble || !view.prompt;
    if (aloud && isFinal(view)) announce(trouble ?? view.reply ?? ended(view));
  }

  #status() {
    const view = this.view;
    this.cancel.hidden = isFinal(view);
    this.confirm.hidden = view.status !== "waiting";
    if (view.eta_s !== this.eta) {
      this.eta = view.eta_s;
      this.until = view.eta_s === null ? null : Date.now() + view.eta_s * 1000;
    }
    clearTimeout(this.timer);
    this.#tick();
  }

  /** Count the seconds down between two views. */
  #tick() {
    if (isFinal(this.view)) return setText(this.state, ended(this.view));
    const left = this.until && this.view.status !== "waiting" ? ` · ${timeLeft((this.until - Date.now()) / 1000)}` : "";
    setText(this.state, doing(this.view) + left);
    this.timer = setTimeout(() => this.#tick(), 1000);
  }

  #results(aloud) {
    const shown = new Map([...this.results.querySelectorAll("figure")].map((node) => [node.dataset.id, node]));
    const frames = [...this.results.querySelectorAll(".waiting")];
    for (const asset of this.view.assets) {
      if (shown.has(asset.id) || this.gone.has(asset.id)) continue;
      const node = figure(asset, this.desk);
      const frame = frames.find((each) => each.classList.contains(asset.kind));
      if (frame) frames.splice(frames.indexOf(frame), 1)[0].replaceWith(node);
      else this.results.append(node);
      if (aloud) announce(`${KIND_NAMES[asset.kind]} ${asset.version} is here: ${asset.alt_text || asset.prompt}`.slice(0, 300));
    }
    this.#frames(frames);
    const pictures = this.results.querySelectorAll(".image").length;
    this.results.classList.toggle("many", pictures > 1);
    this.results.classList.toggle("threes", pictures > 1 && pictures % 3 === 0);
  }

  /** As many empty frames as there are pictures and videos to come. */
  #frames(frames) {
    const open = isFinal(this.view) ? [] : this.view.steps.filter((step) => step.status === "pending" || step.status === "in_progress");
    const kinds = open.filter((step) => step.tool !== "generate_speech").map((step) => (VIDEO_TOOLS.has(step.tool) ? "video" : "image"));
    for (const frame of frames) {
      const kind = frame.classList.contains("video") ? "video" : "image";
      if (kinds.includes(kind)) kinds.splice(kinds.indexOf(kind), 1);
      else frame.remove();
    }
    for (const kind of kinds) this.results.append(emptyFrame(kind, this.shape ?? (kind === "video" ? "16x9" : "3x2")));
    const rough = open.map((step) => step.preview_url).filter(Boolean);
    this.results.querySelectorAll(".waiting.image").forEach((frame, place) => sketch(frame, rough[place]));
  }

  async #cancel() {
    await this.#ask(this.cancel, "Cancelling", api.cancel);
  }

  async #confirm() {
    await this.#ask(this.confirm, "Starting", api.confirm);
  }

  async #ask(button, word, call) {
    const before = button.textContent;
    button.disabled = true;
    setText(button, word);
    try {
      this.update(await call(this.view.id));
    } catch (error) {
      note(error.message);
      button.disabled = false;
      setText(button, before);
    }
  }

  #removed(asset) {
    this.gone.add(asset.id);
    const figureNode = this.results.querySelector(`[data-id="${asset.id}"]`);
    figureNode?.remove();
    note("Deleted.");
    this.desk.focus();
  }
}
