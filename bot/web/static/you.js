// The page about oneself: codes that join accounts, and being forgotten.

import * as api from "./api.js";
import { el } from "./dom.js";
import { note, told } from "./notes.js";

document.getElementById("show-code").addEventListener("click", async () => {
  const found = await told(api.joinCode);
  if (found) document.getElementById("code").textContent = `${found.code} · good for ${Math.round(found.good_for_s / 60)} minutes, once`;
});

document.getElementById("join").addEventListener("submit", async (event) => {
  event.preventDefault();
  const joined = await told(() => api.join(document.getElementById("join-code").value.trim()));
  if (joined) note("You are one person now. What you made elsewhere follows within moments.");
});

document.getElementById("forget").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const words = document.getElementById("forget-words").value.trim().toLowerCase();
  if (words !== form.dataset.confirm) return note(`Please type “${form.dataset.confirm}”.`);
  const button = form.querySelector("button");
  button.disabled = true;
  const receipt = await told(() => api.forget(form.dataset.confirm));
  button.disabled = false;
  if (!receipt) return;
  form.remove();
  document.getElementById("receipt").replaceChildren(shown(receipt)); // read aloud: what is replaced itself is not
});

function shown(receipt) {
  const lines = [
    ["Entries", Object.values(receipt.rows).reduce((sum, count) => sum + count, 0)],
    ["Files", receipt.objects],
    ["Messages deleted", receipt.messages_deleted],
    ["Messages left", receipt.messages_left],
  ];
  const list = lines.flatMap(([name, count]) => [el("dt", {}, name), el("dd", {}, String(count))]);
  return el("section", {}, el("h3", {}, "Deleted"), el("dl", { class: "keys" }, list));
}
