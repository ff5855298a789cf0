// The gallery: search while typing, filters, endless scrolling. Every page comes from the server as the page it is
// without scripts; only its wall is taken over, so that there is one way to draw a tile.

import { toggleFavourite } from "./actions.js";
import { isTyping } from "./dom.js";
import { announce, note } from "./notes.js";
import { togglePlay } from "./player.js";

const PAUSE_MS = 200;

const wall = document.getElementById("wall");
const search = document.getElementById("search");
let filter = document.querySelector("#filters [aria-current]")?.href ?? location.href;
let waiting;
let asking = new AbortController();

/** A page of the gallery as a document that runs nothing. */
async function page(address, signal) {
  const response = await fetch(address, { headers: { Accept: "text/html" }, signal });
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!response.ok) throw new Error(found.querySelector("main p")?.textContent ?? "The gallery does not answer.");
  return found;
}

/** Show another search or filter. */
async function turnTo(address) {
  asking.abort();
  asking = new AbortController();
  try {
    const found = await page(address, asking.signal);
    wall.replaceChildren(...found.getElementById("wall").childNodes);
    document.getElementById("filters").replaceChildren(...found.getElementById("filters").childNodes);
    history.replaceState(null, "", address);
    announce(wall.querySelector("h2")?.textContent ?? `${wall.querySelectorAll(".tile").length} results shown.`);
    watchEnd();
  } catch (error) {
    tell(error);
  }
}

/** Hang the next page below. */
async function more(link) {
  if (link.classList.contains("busy")) return;
  link.classList.add("busy");
  const signal = asking.signal;
  try {
    const found = await page(link.href, signal);
    const fresh = [...found.querySelectorAll(".tile")];
    document.getElementById("tiles").append(...fresh);
    const next = found.getElementById("more");
    if (document.activeElement === link) fresh[0]?.querySelector("a").focus();
    if (next) link.replaceWith(next);
    else link.remove();
    announce(`${fresh.length} more shown.`);
    watchEnd();
  } catch (error) {
    link.classList.remove("busy");
    tell(error);
  }
}

function tell(error) {
  if (error.name === "AbortError") return;
  note(error instanceof TypeError ? "Easel does not answer. Please check that it is running." : error.message);
}

const end = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) more(entry.target);
}, { rootMargin: "800px" });

function watchEnd() {
  end.disconnect();
  const link = document.getElementById("more");
  if (link) end.observe(link);
}

/** What is asked for now: the words in the field, within the filter. */
function wanted() {
  const query = new URL(filter, location.href).searchParams;
  const words = search.value.trim();
  query.delete("q");
  if (words) query.set("q", words);
  return `/gallery${query.size ? `?${query}` : ""}`;
}

function look() {
  clearTimeout(waiting);
  return turnTo(wanted());
}

async function choose(link) {
  filter = link.href;
  await look();
  document.querySelector("#filters [aria-current]")?.focus();
}

search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE_MS);
});
search.form.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  search.select();
});

document.addEventListener("click", (event) => {
  const heart = event.target.closest("[data-favourite]");
  const play = event.target.closest("[data-play]");
  const link = event.target.closest("#filters a, #more");
  if (heart) toggleFavourite(heart, heart.dataset.favourite);
  else if (play) togglePlay(play);
  else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    if (link.id === "more") more(link);
    else choose(link);
  }
});

watchEnd();
