// Plays narrations of the gallery, one at a time.

import { note } from "./notes.js";

const audio = new Audio();
let current = null;

/** Play what the button names, or pause it. */
export async function togglePlay(button) {
  const again = button === current;
  if (again && !audio.paused) return audio.pause();
  show(false);
  current = button;
  if (!again) audio.src = button.dataset.play;
  try {
    await audio.play();
  } catch (error) {
    if (error.name !== "AbortError") note("This narration cannot be played.");
  }
}

function show(playing) {
  current?.classList.toggle("playing", playing);
}

audio.addEventListener("play", () => show(true));
audio.addEventListener("pause", () => show(false));
audio.addEventListener("ended", () => show(false));
