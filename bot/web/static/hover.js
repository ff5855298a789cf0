// Films of the gallery move while the pointer rests on them.

const REST_MS = 150;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const fine = matchMedia("(hover: hover)");

let waiting;
let shown = null;

/** Let every film of a list move under the pointer. */
export function wireHover(list) {
  list.addEventListener("pointerover", (event) => {
    const tile = event.target.closest(".tile.video");
    if (tile === shown?.tile) return;
    stop();
    if (tile && fine.matches && !calm.matches && !tile.classList.contains("veiled")) waiting = setTimeout(() => play(tile), REST_MS);
  });
  list.addEventListener("pointerleave", stop);
}

function play(tile) {
  const film = document.createElement("video");
  film.muted = true;
  film.loop = true;
  film.playsInline = true;
  film.disablePictureInPicture = true;
  film.setAttribute("aria-hidden", "true");
  film.src = tile.dataset.file;
  film.addEventListener("playing", () => film.classList.add("moving"), { once: true });
  tile.querySelector("a").append(film);
  film.play().catch(() => {});
  shown = { tile, film };
}

function stop() {
  clearTimeout(waiting);
  if (!shown) return;
  shown.film.removeAttribute("src");
  shown.film.load();
  shown.film.remove();
  shown = null;
}
