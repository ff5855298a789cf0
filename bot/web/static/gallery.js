// The gallery: search while typing, filters, endless scrolling, keys. Every page comes from the server as the page it
// is without scripts; only its tiles are taken over and hung on the wall, so that there is one way to draw a tile.

import { deleteAsked, toggleFavourite } from "./actions.js";
import { isTyping } from "./dom.js";
import { wireHover } from "./hover.js";
import { announce, note } from "./notes.js";
import { Picking } from "./picking.js";
import { togglePlay } from "./player.js";
import { Wall } from "./wall.js";

const PAUSE_MS = 200;
const AHEAD_PX = 2000;
const BACK_PAGES = 25; // pages that are fetched again when somebody comes back to where they were

const room = document.getElementById("wall");
const search = document.getElementById("search");
let filter = document.querySelector("#filters [aria-current]")?.href ?? location.href;
let waiting;
let asking = new AbortController();
let wall = null;
let pages = 1;
const picking = new Picking(() => wall, (ids) => ids.forEach((id) => wall.remove(id)));

/** A page of the gallery as a document that runs nothing. */
async function page(address, signal) {
  const response = await fetch(address, { headers: { Accept: "text/html" }, signal });
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!response.ok) throw new Error(found.querySelector("main p")?.textContent ?? "The gallery does not answer.");
  return found;
}

/** Lay the tiles that the page came with. */
function hang() {
  wall?.close();
  const tiles = document.getElementById("tiles");
  wall = tiles && new Wall(tiles);
  pages = 1;
  if (!wall) return;
  wireHover(tiles);
  new MutationObserver((changes) => picking.mark(changes.flatMap((change) => [...change.addedNodes]))).observe(tiles, { childList: true });
}

/** Show another search or filter. */
async function turnTo(address) {
  asking.abort();
  asking = new AbortController();
  try {
    const found = await page(address, asking.signal);
    picking.clear();
    room.replaceChildren(...found.getElementById("wall").childNodes);
    document.getElementById("filters").replaceChildren(...found.getElementById("filters").childNodes);
    history.replaceState(null, "", address);
    hang();
    announce(room.querySelector("h2")?.textContent ?? `${wall.size} results shown.`);
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
    wall.add(fresh);
    pages += 1;
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
}, { rootMargin: `${AHEAD_PX}px` });

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
  query.delete("before");
  if (words) query.set("q", words);
  return `${location.pathname}${query.size ? `?${query}` : ""}`;
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

// --- coming back ------------------------------------------------------------------------------------------------

/** Note where somebody is, for the way back from a picture's own page. */
function remember() {
  sessionStorage.setItem("gallery", JSON.stringify({ address: location.href, pages, top: scrollY }));
}

async function comeBack() {
  const kept = JSON.parse(sessionStorage.getItem("gallery") ?? "null");
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!back || kept?.address !== location.href) return;
  history.scrollRestoration = "manual";
  for (let link; pages < Math.min(kept.pages, BACK_PAGES) && (link = document.getElementById("more")); ) await more(link);
  scrollTo(0, kept.top);
}

// --- the hand ---------------------------------------------------------------------------------------------------

search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE_MS);
});
search.form.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});

document.addEventListener("click", (event) => {
  const { target } = event;
  const tile = target.closest(".tile");
  const heart = target.closest("[data-favourite]");
  const play = target.closest("[data-play]");
  const link = target.closest("#filters a[data-filter], #more");
  const plain = !event.ctrlKey && !event.metaKey;
  if (target.closest(".tile-pick")) picking.toggle(tile, event.shiftKey);
  else if (heart) toggleFavourite(heart, heart.dataset.favourite);
  else if (play) togglePlay(play);
  else if (tile && picking.active && plain) {
    event.preventDefault();
    picking.toggle(tile, event.shiftKey);
  } else if (link && plain && !event.shiftKey) {
    event.preventDefault();
    if (link.id === "more") more(link);
    else choose(link);
  }
});

// A long press chooses a tile where there is no pointer to rest on it.
document.addEventListener("contextmenu", (event) => {
  const tile = event.target.closest(".tile");
  if (!tile || matchMedia("(hover: hover)").matches) return;
  event.preventDefault();
  picking.toggle(tile);
});

/** Drop a tile on the field at the foot of the window, and it is refined. */
function wireDrag() {
  const zone = document.getElementById("refine-zone");
  document.addEventListener("dragstart", (event) => {
    const tile = event.target.closest?.(".tile");
    if (!tile) return;
    event.dataTransfer.setData("text/uri-list", new URL(`/a/${tile.dataset.id}`, location.href).href);
    event.dataTransfer.effectAllowed = "copyLink";
    zone.hidden = false;
  });
  document.addEventListener("dragend", () => (zone.hidden = true));
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    const id = event.dataTransfer.getData("text/uri-list").split("/a/")[1];
    if (id) location.assign(`/?refine=${encodeURIComponent(id)}`);
  });
}

// --- keys -------------------------------------------------------------------------------------------------------

const KEYS = {
  "/": () => search.select(),
  f: (tile) => tile?.querySelector("[data-favourite]").click(),
  x: (tile) => tile && picking.toggle(tile),
  Delete: (tile) => (picking.active ? picking.remove() : tile && removeOne(tile)),
  Escape: () => picking.clear(),
};

async function removeOne(tile) {
  const { id } = tile.dataset;
  const neighbour = wall.after(id);
  if (!(await deleteAsked({ id, kind: tile.dataset.kind, version: tile.dataset.version }))) return;
  wall.remove(id);
  if (neighbour) wall.bring(neighbour).querySelector("a").focus();
}

function walk(tile, key) {
  const next = tile ? wall.beside(tile.dataset.id, key) : firstSeen()?.dataset.id;
  if (next) wall.bring(next).querySelector("a").focus({ preventScroll: true });
}

function firstSeen() {
  return [...document.querySelectorAll(".tile")].find((tile) => tile.getBoundingClientRect().bottom > 120);
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const tile = document.activeElement.closest(".tile");
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (wall && key.startsWith("Arrow")) walk(tile, key);
  else if (KEYS[key]) KEYS[key](tile);
  else return;
  event.preventDefault();
});

addEventListener("pagehide", remember);
hang();
watchEnd();
wireDrag();
comeBack();
