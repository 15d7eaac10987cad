// The pages work without this, but for one thing: footage stays hidden. Nothing here leaves the machine.
"use strict";

// ---------------------------------------------------------------- a narrow frame: the place that one is at is in sight

const places = document.querySelector(".masthead nav");
const current = places?.querySelector("[aria-current]");
if (current && places.scrollWidth > places.clientWidth) {
  const [frame, here] = [places.getBoundingClientRect(), current.getBoundingClientRect()];
  places.scrollBy({ left: here.left + here.width / 2 - (frame.left + frame.width / 2), behavior: "instant" });
}

// ---------------------------------------------------------------- footage: hidden, then grey and silent, then more

function reveal(viewer) {
  const stage = viewer.querySelector("template").content.firstElementChild.cloneNode(true);
  for (const player of stage.querySelectorAll("video, audio")) {
    player.muted = true;
    player.addEventListener("volumechange", () => {
      if (!stage.classList.contains("loud") && !player.muted) player.muted = true;
    });
  }
  viewer.querySelector("[data-veil]").hidden = true;
  viewer.append(stage);
  stage.focus();
  exposure.add();
}

function hide(viewer) {
  const stage = viewer.querySelector("[data-stage]");
  if (!stage) return;
  for (const player of stage.querySelectorAll("video, audio")) {
    player.pause();
    player.removeAttribute("src");
    player.load();
  }
  stage.remove();
  viewer.querySelector("[data-veil]").hidden = false;
  viewer.querySelector("[data-reveal]").focus();
}

function toggle(button, stage, name, on) {
  button.setAttribute("aria-pressed", String(on));
  stage.classList.toggle(name, name === "grey" ? !on : on);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const viewer = button && button.closest("[data-viewer]");
  if (!viewer) return;
  const stage = viewer.querySelector("[data-stage]");
  const on = button.getAttribute("aria-pressed") !== "true";
  if ("reveal" in button.dataset) reveal(viewer);
  else if ("hide" in button.dataset) hide(viewer);
  else if ("colour" in button.dataset) toggle(button, stage, "grey", on);
  else if ("sound" in button.dataset) {
    toggle(button, stage, "loud", on);
    for (const player of stage.querySelectorAll("video, audio")) player.muted = !on;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const viewer of document.querySelectorAll("[data-viewer]")) hide(viewer);
});

for (const button of document.querySelectorAll("[data-reveal]")) button.hidden = false;

// ---------------------------------------------------------------- words: every fragment of what was followed is lit

function light() {
  for (const old of document.querySelectorAll(".followed")) old.classList.remove("followed");
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!/^(c\d+|w\d+-\d+)$/.test(anchor)) return;
  for (const piece of document.querySelectorAll(`[data-mark="${anchor}"]`)) piece.classList.add("followed");
}

addEventListener("hashchange", light);
light();

// ---------------------------------------------------------------- exposure: how much was opened today, on this machine

const exposure = {
  key: "dalil-exposure",
  today: () => new Date().toLocaleDateString("en-CA"),
  count() {
    const [day, count] = (localStorage.getItem(this.key) || "").split(" ");
    return day === this.today() ? Number(count) || 0 : 0;
  },
  add() {
    localStorage.setItem(this.key, `${this.today()} ${this.count() + 1}`);
    this.show();
  },
  show() {
    const place = document.querySelector("[data-exposure]");
    const count = this.count();
    place.hidden = count === 0;
    place.textContent = " · " + place.dataset.exposure.replace("#", count);
  },
};
exposure.show();

// ---------------------------------------------------------------- two recordings, played at the offset

for (const button of document.querySelectorAll("[data-play-both], [data-pause-both]")) button.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play-both], [data-pause-both]");
  const pair = button && document.querySelector("[data-pair]");
  if (!pair) return;
  const viewers = [...pair.querySelectorAll("[data-viewer]")];
  if ("pauseBoth" in button.dataset) {
    for (const player of pair.querySelectorAll("video, audio")) player.pause();
    return;
  }
  for (const viewer of viewers) if (!viewer.querySelector("[data-stage]")) reveal(viewer);
  const [one, other] = viewers.map((viewer) => viewer.querySelector("video, audio"));
  if (!one || !other) return;
  const speed = Number(pair.dataset.speed) || 1;
  const from = Number(pair.dataset.start);
  one.currentTime = from;
  other.currentTime = Number(pair.dataset.otherStart);
  other.playbackRate = Math.min(4, Math.max(0.25, speed));
  one.ontimeupdate = () => {
    if (one.currentTime > from + Number(pair.dataset.length)) { one.pause(); other.pause(); }
  };
  // One that is paused before it has begun says so; that is no failure.
  for (const player of [one, other]) player.play().catch(() => {});
});
