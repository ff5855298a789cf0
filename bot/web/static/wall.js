// The wall of a gallery: tiles in columns of one width, each hung where the wall is still the shortest. Only what is
// near the window stands in the document, so that a hundred thousand pictures scroll like forty.

const GAP = 12;
const WIDTH = 256;
const NARROW_GAP = 8;
const NARROW_WIDTH = 160;
const BAR = 80; // what the page's bar covers
const REACH = 1.5; // windows above and below that are hung already
const FOLDED_BEYOND = 400; // tiles that are kept whole when they are taken down

/** One tile: an element while it is near, its markup when it is far away. */
class Piece {
  constructor(node, index) {
    this.id = node.dataset.id;
    this.ratio = Number(node.dataset.ratio) || 1;
    this.index = index;
    this.node = node;
    this.markup = null;
  }

  unfolded() {
    if (!this.node) {
      this.node = document.adoptNode(new DOMParser().parseFromString(this.markup, "text/html").body.firstElementChild);
      this.markup = null;
    }
    return this.node;
  }

  fold() {
    this.markup = this.node.outerHTML;
    this.node = null;
  }
}

export class Wall {
  /** `list` holds the tiles that the page came with. */
  constructor(list) {
    this.list = list;
    this.pieces = [];
    this.columns = [];
    this.down = new Set();
    this.hung = new Set();
    this.asked = false;
    this.watching = new ResizeObserver(() => this.#resized());
    this.scrolled = () => this.#soon();
    addEventListener("scroll", this.scrolled, { passive: true });
    this.#take([...list.children]);
    list.classList.add("laid");
    this.watching.observe(list);
    this.#lay();
  }

  /** Hang further tiles below. */
  add(nodes) {
    const fresh = this.#take(nodes);
    for (const piece of fresh) this.#place(piece);
    this.#settle();
  }

  /** Take one tile away; those after it move up. */
  remove(id) {
    const gone = this.#piece(id);
    if (!gone) return;
    this.pieces.splice(gone.index, 1);
    gone.node?.remove();
    this.hung.delete(gone);
    this.down.delete(gone);
    this.pieces.forEach((piece, at) => (piece.index = at));
    this.#lay();
  }

  /** Leave the page's list alone from now on. */
  close() {
    this.watching.disconnect();
    removeEventListener("scroll", this.scrolled);
  }

  /** The element of a tile, also of one that is far away. */
  find(id) {
    const piece = this.#piece(id);
    if (piece && !this.hung.has(piece)) this.down.add(piece);
    return piece?.unfolded();
  }

  get size() {
    return this.pieces.length;
  }

  /** The ids from one tile to another, both among them, in the order of the wall. */
  between(one, other) {
    const ends = [one, other].map((id) => this.#piece(id).index);
    return this.pieces.slice(Math.min(...ends), Math.max(...ends) + 1).map((piece) => piece.id);
  }

  /** The tile beside one, in the direction of an arrow key. */
  beside(id, key) {
    const piece = this.#piece(id);
    return (piece && this.#next(piece, key)?.id) ?? null;
  }

  /** The tile after one, or before it where it is the last. */
  after(id) {
    const { index } = this.#piece(id);
    return (this.pieces[index + 1] ?? this.pieces[index - 1])?.id ?? null;
  }

  /** Scroll a tile into the window; returns its element. */
  bring(id) {
    const piece = this.#piece(id);
    if (!piece) return null;
    const top = this.list.getBoundingClientRect().top + piece.top;
    if (top < BAR) scrollBy(0, top - BAR);
    else if (top + piece.height > innerHeight) scrollBy(0, top + piece.height - innerHeight + GAP);
    this.#show();
    return piece.node;
  }

  #piece(id) {
    return this.pieces.find((piece) => piece.id === id);
  }

  #next(piece, key) {
    const column = this.columns[piece.column];
    if (key === "ArrowDown") return column[piece.row + 1];
    if (key === "ArrowUp") return column[piece.row - 1];
    const other = this.columns[piece.column + (key === "ArrowRight" ? 1 : -1)];
    const middle = piece.top + piece.height / 2;
    return other?.length ? other[Math.min(firstReaching(other, middle), other.length - 1)] : undefined;
  }

  #take(nodes) {
    const fresh = nodes.map((node, at) => new Piece(node, this.pieces.length + at));
    this.pieces.push(...fresh);
    for (const piece of fresh) if (piece.node.parentNode === this.list) this.hung.add(piece);
    return fresh;
  }

  #resized() {
    if (this.list.clientWidth !== this.width) this.#lay();
  }

  /** Find every tile its place. */
  #lay() {
    this.width = this.list.clientWidth;
    const narrow = this.width < 600;
    this.gap = narrow ? NARROW_GAP : GAP;
    const count = Math.max(2, Math.floor((this.width + this.gap) / ((narrow ? NARROW_WIDTH : WIDTH) + this.gap)));
    this.tile = (this.width - this.gap * (count - 1)) / count;
    this.columns = Array.from({ length: count }, () => []);
    this.heights = new Array(count).fill(0);
    for (const piece of this.pieces) this.#place(piece, true);
    this.#settle();
  }

  #place(piece, again = false) {
    const column = this.heights.indexOf(Math.min(...this.heights));
    piece.column = column;
    piece.row = this.columns[column].push(piece) - 1;
    piece.top = this.heights[column];
    piece.height = this.tile / piece.ratio;
    this.heights[column] = piece.top + piece.height + this.gap;
    if (again && piece.node) this.#put(piece);
  }

  #put(piece) {
    const { style } = piece.unfolded();
    piece.node.setAttribute("aria-posinset", piece.index + 1);
    piece.node.setAttribute("aria-setsize", -1);
    style.width = `${this.tile}px`;
    style.height = `${piece.height}px`;
    style.transform = `translate(${piece.column * (this.tile + this.gap)}px, ${piece.top}px)`;
  }

  #settle() {
    this.list.style.height = `${Math.max(0, ...this.heights)}px`;
    this.#show();
  }

  #soon() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.#show();
    });
  }

  /** Hang what has come near, take down what has gone far. */
  #show() {
    const above = -this.list.getBoundingClientRect().top;
    const near = this.#near(above - REACH * innerHeight, above + (1 + REACH) * innerHeight);
    for (const piece of this.hung) if (!near.has(piece) && !piece.node.contains(document.activeElement)) this.#takeDown(piece);
    let place = this.list.firstElementChild;
    for (const piece of [...near, ...this.hung].sort((one, other) => one.index - other.index)) {
      if (this.hung.has(piece)) {
        if (piece.node === place) place = place.nextElementSibling;
        continue;
      }
      this.#hang(piece, place);
    }
    this.#foldFar();
  }

  #near(from, to) {
    const near = new Set();
    for (const column of this.columns) {
      for (let row = firstReaching(column, from); row < column.length && column[row].top < to; row++) near.add(column[row]);
    }
    return near;
  }

  #hang(piece, before) {
    this.#put(piece);
    this.list.insertBefore(piece.node, before);
    this.hung.add(piece);
    this.down.delete(piece);
  }

  #takeDown(piece) {
    piece.node.remove();
    this.hung.delete(piece);
    this.down.add(piece);
  }

  #foldFar() {
    for (const piece of this.down) {
      if (this.down.size <= FOLDED_BEYOND) return;
      piece.fold();
      this.down.delete(piece);
    }
  }
}

/** Where in a column the first tile is that ends below a height. */
function firstReaching(column, height) {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column[middle].top + column[middle].height < height) low = middle + 1;
    else high = middle;
  }
  return low;
}
