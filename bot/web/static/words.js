// Figures and states as short sentences.

export const KIND_NAMES = { image: "Picture", video: "Video", speech: "Narration", upload: "Picture" };

export const ACTION_NAMES = { vary: "Vary", upscale: "Upscale", animate: "Animate", extend: "Extend", again: "Again" };

/** "about 12 seconds left" */
export function timeLeft(seconds) {
  if (seconds < 2) return "a moment left";
  if (seconds < 90) return `about ${Math.round(seconds)} seconds left`;
  return `about ${Math.round(seconds / 60)} minutes left`;
}

/** "14 s", "2 min 5 s" */
export function took(from, to) {
  const seconds = Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "$0.04"; tiny sums keep the digits that tell something. */
export function money(usd) {
  return `$${usd < 0.01 ? usd.toFixed(4) : usd.toFixed(2)}`;
}

/** What a creation that has not ended is doing. */
export function doing(view) {
  if (view.status === "queued") return view.queue_place > 1 ? `Number ${view.queue_place} in line` : "Next in line";
  if (view.status === "waiting") return `This may cost up to ${money(view.max_usd ?? view.estimate_usd ?? 0)}. Go ahead?`;
  if (!view.steps.length) return "Reading your wish";
  const done = view.steps.filter((step) => step.status === "complete").length;
  return view.steps.length > 1 ? `${done} of ${view.steps.length} done` : "Working";
}

/** How a creation ended. */
export function ended(view) {
  const after = view.finished_at ? ` ${view.status === "succeeded" ? "in" : "after"} ${took(view.created_at, view.finished_at)}` : "";
  const word = { succeeded: "Done", failed: "Stopped", cancelled: "Cancelled" }[view.status];
  return word + after + (view.cost_usd > 0 ? ` · ${money(view.cost_usd)}` : "");
}
