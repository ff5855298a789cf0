// The pages that follow: each is fetched as the page it is without scripts, and only its tiles are taken over.

import { announce, note } from "./notes.js";

/** A page as a document that runs nothing. */
export async function page(address, signal) {
  const response = await fetch(address, { headers: { Accept: "text/html" }, signal });
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!response.ok) throw new Error(found.querySelector("main p")?.textContent ?? "Easel does not answer as it should.");
  return found;
}

/** Let `hang` put up the tiles of the next page, and the link to the page after it take this one's place. */
export async function more(link, hang, signal) {
  if (link.classList.contains("busy")) return false;
  link.classList.add("busy");
  try {
    const found = await page(link.href, signal);
    const fresh = [...found.querySelectorAll(".tile")];
    hang(fresh);
    const next = found.getElementById("more");
    if (next) link.replaceWith(next);
    else link.remove();
    announce(`${fresh.length} more shown.`);
    return true;
  } catch (error) {
    link.classList.remove("busy");
    tell(error);
    return false;
  }
}

/** Say why nothing came, unless it was called off. */
export function tell(error) {
  if (error.name === "AbortError") return;
  note(error instanceof TypeError ? "Easel does not answer. Please check that it is running." : error.message);
}
