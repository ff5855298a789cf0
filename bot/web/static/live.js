// Follows creations until they end: by server-sent events, and by asking now and then where too many run at once.

import * as api from "./api.js";

const STREAMS = 2; // browsers allow six connections to a host, for all tabs together
const ASK_MS = 1500;
const FINAL = new Set(["succeeded", "failed", "cancelled"]);

export const isFinal = (view) => FINAL.has(view.status);

const followed = new Map();

/** Call `show` with the newest view of a creation, and after each change, until it has ended. */
export function follow(id, show) {
  if (followed.has(id)) return;
  followed.set(id, { id, show, stream: null, timer: 0 });
  open(followed.get(id));
}

function open(one) {
  const streams = [...followed.values()].filter((other) => other.stream).length;
  if (streams >= STREAMS) return ask(one);
  one.stream = new EventSource(api.events(one.id));
  one.stream.addEventListener("view", (event) => take(one, JSON.parse(event.data)));
  one.stream.addEventListener("error", () => {
    if (one.stream?.readyState !== EventSource.CLOSED) return; // it reconnects by itself
    one.stream = null;
    one.timer = setTimeout(() => ask(one), ASK_MS);
  });
}

async function ask(one) {
  try {
    take(one, await api.creation(one.id));
  } catch (error) {
    if (error.status === 404) return end(one);
  }
  if (followed.has(one.id) && !document.hidden) one.timer = setTimeout(() => open(one), ASK_MS);
}

function take(one, view) {
  if (!followed.has(one.id)) return;
  if (isFinal(view)) end(one);
  one.show(view);
}

function rest(one) {
  one.stream?.close();
  one.stream = null;
  clearTimeout(one.timer);
}

function end(one) {
  rest(one);
  followed.delete(one.id);
}

// A page that nobody sees keeps no connection; when it is looked at again, the first view tells everything.
document.addEventListener("visibilitychange", () => {
  for (const one of followed.values()) {
    rest(one);
    if (!document.hidden) open(one);
  }
});
