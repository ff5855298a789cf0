// The one question that is asked before something is gone.

const THINGS = { image: "picture", video: "video", speech: "narration", upload: "picture" };

/** Whether the person really wants to delete this asset. Esc and a click beside the dialog mean no. */
export function confirmDelete(asset) {
  const dialog = document.getElementById("delete");
  const thing = THINGS[asset.kind] ?? "result";
  dialog.querySelector("h2").textContent = `Delete this ${thing}?`;
  dialog.querySelector("p").textContent = `${asset.version ? `Version ${asset.version}` : "It"} is removed for good, here and from the gallery.`;
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
