// The slider between two pictures. It is a range: fingers, mice and arrow keys move it alike.

const slider = document.getElementById("slider");
const range = slider.querySelector("input");
const [left, right] = slider.querySelectorAll(".tag");

function show() {
  const cut = Number(range.value);
  slider.style.setProperty("--cut", `${cut}%`);
  left.classList.toggle("gone", cut < 12);
  right.classList.toggle("gone", cut > 88);
}

/** Wherever one presses, the cut comes there at once, and follows the pointer. */
function follow(event) {
  const box = slider.getBoundingClientRect();
  range.value = String(((event.clientX - box.left) / box.width) * 100);
  show();
}

slider.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse" && event.button !== 0) return;
  event.preventDefault();
  range.focus({ preventScroll: true });
  slider.setPointerCapture(event.pointerId);
  follow(event);
});
slider.addEventListener("pointermove", (event) => slider.hasPointerCapture(event.pointerId) && follow(event));
range.addEventListener("input", show);
show();
