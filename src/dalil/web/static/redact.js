// A box drawn on a still fills in the form's first empty box; the numbers can be typed as well.
"use strict";

(() => {
  let begun = null;

  function share(event, image) {
    const box = image.getBoundingClientRect();
    const within = (value) => Math.min(100, Math.max(0, value * 100));
    return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
  }

  document.addEventListener("pointerdown", (event) => {
    const image = event.target.closest(".stills img");
    if (!image) return;
    event.preventDefault();
    begun = { image, at: share(event, image) };
  });

  document.addEventListener("pointerup", (event) => {
    if (!begun) return;
    const [x, y] = share(event, begun.image);
    const [left, top] = begun.at;
    begun = null;
    const empty = [...document.querySelectorAll("[data-box]")].find((one) => !one.querySelector("input").value);
    if (!empty || Math.abs(x - left) < 1 || Math.abs(y - top) < 1) return;
    const values = [Math.min(x, left), Math.min(y, top), Math.abs(x - left), Math.abs(y - top)];
    ["x", "y", "w", "h"].forEach((name, n) => {
      empty.querySelector(`[name^="${name}"]`).value = values[n].toFixed(1);
    });
    empty.scrollIntoView({ block: "nearest" });
  });
})();
