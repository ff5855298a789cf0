// The gallery: search while typing, filters, endless scrolling, keys. Tiles are the server's, hung on the wall here, so
// that there is one way to draw a tile.

import { deleteAsked, toggleFavourite } from "./actions.js";
import { isTyping } from "./dom.js";
import { more, page, tell } from "./following.js";
import { wireHover } from "./hover.js";
import { announce } from "./notes.js";
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
const picking = new Picking(() => wall, (ids) => ids.forEach((id) => wall?.remove(id)));

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

/** Hang the next page below. Tells whether it came. */
async function goOn(link) {
  const hung = (fresh) => {
    wall.add(fresh);
    pages += 1;
    if (document.activeElement === link) fresh[0]?.querySelector("a").focus();
  };
  const came = await more(link, hung, asking.signal);
  if (came) watchEnd();
  return came;
}

const end = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) goOn(entry.target);
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
  for (let link; pages < Math.min(kept.pages, BACK_PAGES) && (link = document.getElementById("more")); ) if (!(await goOn(link))) break;
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
    if (link.id === "more") goOn(link);
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
