// What a person does with an asset that they keep: thumbs, tags, collections.

import * as api from "./api.js";
import { el, icon } from "./dom.js";
import { announce, note } from "./notes.js";

/** Wire the parts of the page that are there. */
export function wireKeeping(id) {
  wireThumbs(id);
  if (document.getElementById("tags")) wireTags(id);
  wireCollections(id);
}

function wireThumbs(id) {
  const thumbs = [...document.querySelectorAll("[data-rate]")];
  const show = (value) => thumbs.forEach((each) => each.setAttribute("aria-pressed", String(Number(each.dataset.rate) === value)));
  const now = () => Number(thumbs.find((each) => each.getAttribute("aria-pressed") === "true")?.dataset.rate ?? 0);
  for (const thumb of thumbs) {
    thumb.addEventListener("click", async () => {
      const before = now();
      const wanted = before === Number(thumb.dataset.rate) ? 0 : Number(thumb.dataset.rate);
      show(wanted);
      try {
        await api.rate(id, wanted);
        announce(wanted === 0 ? "The rating is taken back." : "Rated.");
      } catch (error) {
        show(before);
        note(error.message);
      }
    });
  }
}

function wireTags(id) {
  const list = document.getElementById("tags");
  const form = document.getElementById("tag-form");
  const field = document.getElementById("tag-new");
  const kept = () => [...list.querySelectorAll("[data-tag]")].map((each) => each.dataset.tag);
  let stored = Promise.resolve(true);
  /** `change` turns the tags that are kept by then into those to keep, so that two quick ones both count. */
  const store = (change) => (stored = stored.then(() => replace(change(kept()))));
  const replace = async (tags) => {
    try {
      const answer = await api.retag(id, tags);
      for (const each of list.querySelectorAll("[data-tag]")) each.remove();
      form.parentElement.before(...answer.tags.map(tagChip));
      return true;
    } catch (error) {
      note(error.message);
      return false;
    }
  };
  const add = async () => {
    const typed = field.value;
    const names = typed.split(",").map((name) => name.trim()).filter(Boolean);
    if (!names.length) return;
    field.value = "";
    if (!(await store((tags) => [...tags, ...names])) && !field.value) field.value = typed;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add();
  });
  field.addEventListener("change", add);
  field.addEventListener("keydown", (event) => {
    if (event.key === ",") {
      event.preventDefault();
      add();
    }
    if (event.key === "Backspace" && !field.value && kept().length) store((tags) => tags.slice(0, -1));
  });
  field.addEventListener("focus", () => offerTags(kept()), { once: true });
  list.addEventListener("click", (event) => {
    const chip = event.target.closest("button")?.closest("[data-tag]");
    if (!chip) return;
    store((tags) => tags.filter((name) => name !== chip.dataset.tag));
    field.focus();
  });
}

function tagChip(name) {
  const address = `/gallery?${new URLSearchParams({ q: `tag:${name}` })}`;
  const button = el("button", { type: "button", "aria-label": `Remove the tag ${name}` }, icon("close"));
  return el("li", { class: "tag", "data-tag": name }, el("a", { href: address }, name), button);
}

async function offerTags(kept) {
  try {
    const { tags } = await api.tags();
    const offered = tags.filter(({ name }) => !kept.includes(name)).slice(0, 100);
    document.getElementById("tag-names").replaceChildren(...offered.map(({ name }) => el("option", { value: name })));
  } catch {
    // without a list, one types the whole tag
  }
}

async function wireCollections(id) {
  const list = document.getElementById("walls");
  const form = document.getElementById("wall-form");
  const field = document.getElementById("wall-new");
  const put = (collection) => form.parentElement.before(wallChip(id, collection));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (!name) return;
    try {
      const made = await api.beginCollection(name);
      await api.hang(made.id, [id]);
      put({ ...made, holds: true });
      field.value = "";
      announce(`Hung in ${made.name}.`);
    } catch (error) {
      note(error.message);
    }
  });
  try {
    const { collections } = await api.collections(id);
    collections.sort((one, other) => other.holds - one.holds).forEach(put);
  } catch (error) {
    list.append(el("li", { class: "muted" }, error.message));
  }
}

function wallChip(id, collection) {
  const chip = el(
    "button",
    { type: "button", class: "chip", "aria-pressed": String(collection.holds), title: collection.owner ? `By ${collection.owner}` : false },
    icon(collection.holds ? "check" : "collection"),
    el("span", { dir: "auto" }, collection.name),
  );
  const show = (holds) => {
    chip.setAttribute("aria-pressed", String(holds));
    chip.querySelector("use").setAttribute("href", holds ? "#i-check" : "#i-collection");
  };
  chip.addEventListener("click", async () => {
    const holds = chip.getAttribute("aria-pressed") !== "true";
    show(holds);
    try {
      await (holds ? api.hang : api.takeDown)(collection.id, [id]);
      announce(holds ? `Hung in ${collection.name}.` : `Taken out of ${collection.name}.`);
    } catch (error) {
      show(!holds);
      note(error.message);
    }
  });
  return el("li", {}, chip);
}
