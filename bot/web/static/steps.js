// The lines that tick.

import { el, icon, setText } from "./dom.js";
import { announce } from "./notes.js";

const SPOKEN = { pending: "to do", in_progress: "in progress", complete: "done", error: "failed", cancelled: "cancelled" };

/** Keeps a list of steps as the newest view has it. */
export class Steps {
  constructor() {
    this.node = el("ol", { class: "steps", "aria-label": "Steps" });
    this.lines = new Map();
  }

  /** `aloud`: say what changed. `elsewhere`: a sentence that stands somewhere else on the card already. */
  update(steps, aloud, elsewhere) {
    this.node.hidden = steps.length === 0;
    for (const step of steps) {
      const line = this.lines.get(step.index) ?? this.#add(step);
      const was = line.node.dataset.status;
      show(line, step, elsewhere);
      if (aloud && was !== step.status && step.status !== "pending") announce(`${step.title}: ${SPOKEN[step.status]}.`);
    }
  }

  #add(step) {
    const line = {
      mark: el("span", { class: "mark", "aria-hidden": "true" }, icon("check"), icon("alert")),
      title: el("span", { class: "step-title", dir: "auto" }),
      state: el("span", { class: "unseen" }),
      side: el("span", { class: "step-side" }),
      detail: el("span", { class: "step-detail", dir: "auto" }),
    };
    line.node = el("li", { class: "step" }, line.mark, line.title, line.state, line.side, line.detail);
    this.lines.set(step.index, line);
    this.node.append(line.node);
    return line;
  }
}

function show(line, step, elsewhere) {
  const detail = step.detail === elsewhere ? "" : step.detail;
  line.node.dataset.status = step.status;
  setText(line.title, step.title);
  setText(line.state, `, ${SPOKEN[step.status] ?? step.status}`);
  setText(line.side, aside(step));
  setText(line.detail, detail ?? "");
  line.detail.hidden = !detail;
  const known = step.status === "in_progress" && typeof step.progress === "number";
  line.mark.classList.toggle("measured", known);
  line.mark.style.setProperty("--done", known ? step.progress : 0);
}

function aside(step) {
  if (step.status === "in_progress" && typeof step.progress === "number") return `${Math.round(step.progress * 100)} %`;
  return step.provider && step.provider !== "offline" ? (step.model ?? step.provider) : "";
}
