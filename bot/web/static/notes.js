// Says things: to a screen reader, and as a short note on the page.

let hiding;

/** Read aloud politely. */
export function announce(text) {
  const place = document.getElementById("announcer");
  const line = document.createElement("div");
  line.textContent = text;
  place.append(line);
  setTimeout(() => line.remove(), 8000);
}

/** Show a sentence for a few seconds, and read it aloud. */
export function note(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  announce(text);
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), 5000);
}

/** What the work comes to; where it fails, null, and why is said. */
export async function told(work) {
  try {
    return await work();
  } catch (error) {
    note(error.message);
    return null;
  }
}
