// Maps: an outline of our own (Natural Earth) under circles; nothing is asked of any other machine unless a tile server is set.
"use strict";

const outline = {
  world: null,
  cells: new Map(),
  colours() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    return { sea: value("--sea"), land: value("--land"), coast: value("--coast"), border: value("--strong-rule"), ink: value("--link") };
  },
  // Lines are whole numbers of `step` degrees: a point, then the way to each next one. Leaflet wants [lat, lon].
  line(numbers, step) {
    const points = [];
    let x = 0, y = 0;
    // A step of more than half a turn is the short way over the 180th degree, not the long way back across the map.
    const turn = 360 / step;
    for (let i = 0; i < numbers.length; i += 2) {
      x += i === 0 || Math.abs(numbers[i]) <= turn / 2 ? numbers[i] : numbers[i] - Math.sign(numbers[i]) * turn;
      y += numbers[i + 1];
      points.push([y * step, x * step]);
    }
    return points;
  },
  layer(data, step, renderer) {
    const c = outline.colours();
    const still = { renderer, interactive: false, smoothFactor: 0.8 };
    const lines = (all) => all.map((one) => outline.line(one, step));
    return L.layerGroup([
      L.polygon(lines(data.land), { ...still, fillColor: c.land, fillOpacity: 1, color: c.land, weight: 1 }),
      L.polyline(lines(data.coast), { ...still, color: c.coast, weight: 1 }),
      L.polyline(lines(data.borders), { ...still, color: c.border, weight: 1, dashArray: "5 4" }),
    ]);
  },
};

// As Leaflet's own, but written as text in the page's language: nothing becomes HTML here (trusted.js).
const Scale = L.Control.Scale.extend({
  _updateScale(line, text, ratio) {
    line.style.width = `${Math.round(this.options.maxWidth * ratio)}px`;
    const [number, unit] = text.split(" ");
    line.dir = "auto";
    line.textContent = `${number} ${this._map.getContainer().dataset[unit]}`;
  },
});

function newMap(box, options = {}) {
  const map = L.map(box, {
    zoomControl: false, attributionControl: false, worldCopyJump: false, minZoom: 1, maxZoom: 15, zoomSnap: 0.5,
    keyboard: true, scrollWheelZoom: !options.small, maxBounds: [[-85, -200], [85, 200]],
    fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false,
  });
  map.createPane("ground").style.zIndex = 150;
  new Scale({ imperial: false, position: "bottomleft" }).addTo(map);
  const renderer = L.canvas({ pane: "ground", padding: 0.3 });
  let ground = L.layerGroup().addTo(map);
  const shown = new Map();
  const size = 15;

  async function fetched(address) {
    const answer = await fetch(address);
    return answer.ok ? answer.json() : null;
  }
  async function world() {
    outline.world ??= fetched(box.dataset.world);
    return outline.world;
  }
  async function cell(key) {
    if (!outline.cells.has(key)) outline.cells.set(key, fetched(`${box.dataset.cells}${key}`));
    return outline.cells.get(key);
  }
  async function draw() {
    const near = map.getZoom() >= 4;
    const wanted = new Set();
    if (!near) wanted.add("world");
    else {
      const view = map.getBounds().pad(0.1);
      for (let x = Math.floor(Math.max(-180, view.getWest()) / size); x <= Math.floor(Math.min(179.9, view.getEast()) / size); x++)
        for (let y = Math.floor(Math.max(-89, view.getSouth()) / size); y <= Math.floor(Math.min(89, view.getNorth()) / size); y++)
          wanted.add(`${x},${y}`);
    }
    for (const [key, layer] of shown) if (!wanted.has(key)) { ground.removeLayer(layer); shown.delete(key); }
    for (const key of wanted) {
      if (shown.has(key)) continue;
      const data = key === "world" ? await world() : await cell(key);
      if (data && !shown.has(key)) shown.set(key, outline.layer(data, data.step ?? 0.01, renderer).addTo(ground));
    }
    box.dataset.drawn = "";
  }
  function again() {
    for (const layer of shown.values()) ground.removeLayer(layer);
    shown.clear();
    draw();
  }
  map.on("moveend", draw);
  addEventListener("dalil-theme", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  if (box.dataset.tiles) L.tileLayer(box.dataset.tiles, { maxZoom: 19 }).addTo(map);
  for (const button of box.parentElement.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.addEventListener("click", () => map.setZoom(map.getZoom() + Number(button.dataset.zoom)));
  }
  box.map = map;
  return map;
}

function numbered(point, options) {
  const face = document.createElement("span");
  face.textContent = options.text;
  const icon = L.divIcon({ className: `pin ${options.kind ?? ""}`, html: face, iconSize: options.size ?? [26, 26] });
  const live = Boolean(options.role);
  const marker = L.marker(point, { icon, keyboard: live, interactive: live, alt: options.label, title: options.label, riseOnHover: true, zIndexOffset: options.above ?? 0 });
  marker.on("add", () => {
    marker.getElement().setAttribute("aria-label", options.label);
    marker.getElement().setAttribute("role", options.role ?? "img");
  });
  return marker;
}

// ---------------------------------------------------------------- the small map: a few places with their radius

for (const box of document.querySelectorAll("[data-small-map]")) {
  const map = newMap(box, { small: true });
  const points = JSON.parse(box.dataset.points);
  const bounds = L.latLngBounds([]);
  const colours = outline.colours();
  for (const [index, point] of points.entries()) {
    const at = [point.lat, point.lon];
    bounds.extend(at);
    if (point.radius_m) {
      const circle = L.circle(at, { radius: point.radius_m, interactive: false, color: colours.ink, weight: 1.5, fillOpacity: 0.08, dashArray: point.chosen ? null : "4 4" }).addTo(map);
      map.setView(at, 9);
      bounds.extend(circle.getBounds());
    }
    const marker = numbered(at, { text: point.text, label: point.label, kind: point.chosen ? "chosen" : "", role: point.choice ? "button" : null, above: 10 * (points.length - index) }).addTo(map);
    marker.on("click keypress", () => {
      const choice = point.choice && document.getElementById(point.choice);
      if (choice) { choice.checked = true; choice.dispatchEvent(new Event("change", { bubbles: true })); choice.focus(); }
    });
  }
  // Without a tile server nearer views hold no line at all: a coast or a border must stay in sight.
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.25), { maxZoom: box.dataset.tiles ? 10.5 : 9 });
  else map.setView([25, 20], 1.5);
  const form = box.closest("[data-place]")?.querySelector("form");
  if (form) {
    let own = null;
    map.on("click", (event) => {
      form.elements.lat.value = event.latlng.lat.toFixed(5);
      form.elements.lon.value = event.latlng.lng.toFixed(5);
      document.getElementById("own-point").checked = true;
      own?.remove();
      own = numbered(event.latlng, { text: "×", label: form.dataset.own, kind: "chosen", above: 1000 }).addTo(map);
    });
  }
}

// ---------------------------------------------------------------- the map page: clusters, radius, time

(() => {
  const box = document.querySelector("[data-big-map]");
  if (!box) return;
  const map = newMap(box);
  const form = document.querySelector("[data-map-filter]");
  const side = document.querySelector("[data-map-side]");
  const said = document.querySelector("[data-map-said]");
  const months = JSON.parse(form.dataset.months);
  const layer = L.layerGroup().addTo(map);
  const [from, to] = [form.querySelector("[data-from]"), form.querySelector("[data-to]")];
  let asked = 0;

  const words = (template, values) => Object.entries(values).reduce((text, [name, value]) => text.replace(`#${name}`, value), template);
  const query = () => {
    const asks = new URLSearchParams();
    const all = months.length - 1;
    if (months.length && Number(from.value) > 0) asks.set("from", months[Number(from.value)][0]);
    if (months.length && Number(to.value) < all) asks.set("to", months[Number(to.value)][0]);
    if (form.elements.kind.value) asks.set("kind", form.elements.kind.value);
    return asks;
  };

  async function load() {
    const mine = ++asked;
    const view = map.getBounds();
    const asks = query();
    asks.set("box", [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((n) => n.toFixed(5)).join(","));
    asks.set("zoom", Math.round(map.getZoom()));
    const answer = await fetch(`/map/clusters?${asks}`);
    if (!answer.ok || mine !== asked) return;
    const found = await answer.json();
    layer.clearLayers();
    const ink = outline.colours().ink;
    for (const one of found.clusters) {
      if (one.radius_m) L.circle([one.lat, one.lon], { radius: one.radius_m, interactive: false, color: ink, weight: 1, fillOpacity: 0.07, dashArray: "4 4" }).addTo(layer);
      const size = one.count === 1 ? 16 : Math.min(54, 22 + 6 * Math.log10(one.count) * 2);
      const label = words(one.count === 1 ? box.dataset.one : box.dataset.several, { count: one.count });
      const marker = numbered([one.lat, one.lon], { text: one.count === 1 ? "" : one.count.toLocaleString(document.documentElement.lang), label, size: [size, size], kind: one.count === 1 ? "single" : "cluster", role: "button" }).addTo(layer);
      marker.on("click keypress", (event) => {
        if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
        if (one.count > 1 && one.spread > 0.0005 && map.getZoom() < 13) map.setView([one.lat, one.lon], Math.min(13, map.getZoom() + 2));
        else list(one);
      });
    }
    said.textContent = words(said.dataset.said, { count: found.total.toLocaleString(document.documentElement.lang) });
    box.dataset.loaded = mine;
  }

  async function list(one) {
    const reach = Math.max(one.spread, 0.00002);
    const asks = query();
    asks.set("box", [one.lon - reach, one.lat - reach, one.lon + reach, one.lat + reach].map((n) => n.toFixed(6)).join(","));
    asks.set("lang", document.documentElement.lang);
    const answer = await fetch(`/map/list?${asks}`);
    if (!answer.ok) return;
    const found = await answer.json();
    const items = found.incidents.map((incident) => {
      const item = document.createElement("li");
      const a = document.createElement("a");
      a.href = incident.address;
      a.textContent = incident.title;
      item.append(a);
      return item;
    });
    side.querySelector("ul").replaceChildren(...items);
    side.querySelector("[data-more]").hidden = found.more === 0;
    side.hidden = false;
    side.querySelector("a")?.focus();
  }

  function days() {
    if (!months.length) return;
    if (Number(from.value) > Number(to.value)) to.value = from.value;
    form.querySelector("[data-from-said]").textContent = months[Number(from.value)][0];
    form.querySelector("[data-to-said]").textContent = months[Number(to.value)][0];
    const bars = form.querySelectorAll(".month");
    bars.forEach((bar, i) => bar.classList.toggle("out", i < Number(from.value) || i > Number(to.value)));
  }

  let waiting = 0;
  form.addEventListener("input", () => { days(); clearTimeout(waiting); waiting = setTimeout(load, 120); });
  form.addEventListener("submit", (event) => { event.preventDefault(); load(); });
  for (const hidden of form.querySelectorAll("[data-with-script]")) hidden.hidden = false;
  map.on("moveend", load);
  days();
  const b = JSON.parse(box.dataset.bounds);
  if (b) map.fitBounds([[b[1], b[0]], [b[3], b[2]]], { maxZoom: 9, padding: [30, 30] });
  else map.setView([25, 20], 2);
})();
