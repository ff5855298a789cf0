// The one question that is asked before something is gone.

const THINGS = { image: "picture", video: "video", speech: "narration", upload: "picture" };

/** Whether the person really wants to delete this asset. Esc and a click beside the dialog mean no. */
export function confirmDelete(asset) {
  const thing = THINGS[asset.kind] ?? "result";
  return asked(`Delete this ${thing}?`, `${asset.version ? `Version ${asset.version}` : "It"} is removed for good, here and from the gallery.`);
}

/** The same for several. */
export function confirmDeleteAll(count) {
  if (count === 1) return asked("Delete this one?", "It is removed for good, here and wherever it was shown.");
  return asked(`Delete these ${count}?`, "They are removed for good, here and wherever they were shown.");
}

/** Ask anything else before it is gone. */
export function asked(question, words) {
  const dialog = document.getElementById("delete");
  dialog.querySelector("h2").textContent = question;
  dialog.querySelector("p").textContent = words;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const beside = (event) => event.target === dialog && !inside(dialog, event) && dialog.close();
    dialog.addEventListener("click", beside);
    const done = () => {
      dialog.removeEventListener("click", beside);
      resolve(dialog.returnValue === "delete");
    };
    dialog.addEventListener("close", done, { once: true });
  });
}

function inside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}
