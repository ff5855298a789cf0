// The dialog that shows something to a workspace, or to whoever holds a link.

import * as api from "./api.js";
import { el, icon, iconButton } from "./dom.js";
import { announce, note, told } from "./notes.js";

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** Wire the dialog; `thing` is `{ asset: id }` or `{ collection: id }`. */
export function wireSharing(thing) {
  const dialog = document.getElementById("share");
  const links = document.getElementById("share-links");
  const to = document.getElementById("share-to");
  const choice = document.getElementById("share-workspace");
  const seenBy = document.getElementById("seen-by");
  const words = JSON.parse(seenBy.dataset.words);

  const nowSeenBy = (visibility) => {
    seenBy.dataset.visibility = visibility;
    seenBy.textContent = words[visibility];
    for (const radio of to.querySelectorAll("input")) radio.checked = (radio.value === "workspace") === (visibility === "workspace");
  };
  const list = async () => {
    const found = await told(() => api.shares(thing));
    if (!found) return;
    links.replaceChildren(...found.shares.map((share) => row(share, thing, refresh)));
    const open = found.shares.filter((share) => !thing.asset || share.asset_id);
    if (seenBy.dataset.visibility !== "workspace") nowSeenBy(open.length ? "link" : "private");
  };
  const refresh = (said) => {
    if (said) announce(said);
    return list();
  };
  const show = async (visibility) => {
    const workspace = visibility === "workspace" && !choice.hidden ? choice.value : null;
    const done = await told(() =>
      thing.asset ? api.show([thing.asset], visibility, workspace) : api.changeCollection(thing.collection, { visibility, workspace }),
    );
    nowSeenBy(done ? visibility : seenBy.dataset.visibility);
    await list();
  };
  const open = async () => {
    nowSeenBy(seenBy.dataset.visibility);
    document.getElementById("share-foot").hidden = !thing.asset;
    dialog.showModal();
    const [found] = await Promise.all([told(api.workspaces), list()]);
    offer(found?.workspaces ?? [], to, choice, seenBy.dataset.visibility);
  };
  const acts = {
    open,
    close: () => dialog.close(),
    make: async () => {
      const made = await told(() => api.share(thing, Number(document.getElementById("share-lasts").value) || null));
      if (!made) return;
      await list();
      await copy(made.url);
    },
    stop: async () => {
      if (!(await told(() => api.stopLinks(thing.asset)))) return;
      note("Every link has ended.");
      await list();
    },
  };
  document.addEventListener("click", (event) => acts[event.target.closest("[data-share]")?.dataset.share]?.());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  to.addEventListener("change", (event) => event.target.name === "shown" && show(event.target.value));
}

/** The workspaces that something can be shown to; where there are none, nobody is asked. */
function offer(workspaces, to, choice, visibility) {
  to.hidden = workspaces.length === 0 && visibility !== "workspace";
  choice.hidden = workspaces.length < 2;
  const name = { slack: "Slack", discord: "Discord" };
  choice.replaceChildren(...workspaces.map((each) => el("option", { value: each.id }, `${name[each.platform] ?? each.platform} · ${each.platform_id}`)));
}

function row(share, thing, refresh) {
  const ends = share.expires_at ? `Ends ${until(share.expires_at)}` : "Until you take it back";
  const through = thing.asset && share.collection ? `Through “${share.collection}” · ` : "";
  const field = el("input", { class: "share-url", readonly: true, value: share.url, "aria-label": "Link", onfocus: (event) => event.target.select() });
  const revoke = async () => {
    try {
      await api.unshare(share.id);
      await refresh("The link is taken back.");
    } catch (error) {
      note(error.message);
    }
  };
  return el(
    "li",
    { class: "share-link" },
    icon("link"),
    el("span", { class: "share-words" }, field, el("small", { dir: "auto" }, through + ends)),
    iconButton("copy", "Copy the link", () => copy(share.url)),
    iconButton("close", "Take the link back", revoke, { class: "icon-button danger" }),
  );
}

async function copy(url) {
  try {
    await navigator.clipboard.writeText(url);
    note("The link is copied.");
  } catch {
    note("The link is there. This browser does not let pages copy: please select it yourself.");
  }
}

/** "in 7 days", by the largest unit that fits. */
function until(moment) {
  const left = (new Date(moment) - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, each]) => left >= each * 0.95) ?? UNITS[2];
  return new Intl.RelativeTimeFormat("en").format(Math.max(1, Math.round(left / length)), unit);
}
