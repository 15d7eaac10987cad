// Keys: every link or button with data-keys is reached by typing them; `?` lists them. They can be switched off.
"use strict";

(() => {
  const help = document.getElementById("keys");
  const on = help.querySelector("[data-keys-on]");
  on.checked = localStorage.getItem("dalil-keys") !== "off";
  on.addEventListener("change", () => localStorage.setItem("dalil-keys", on.checked ? "on" : "off"));

  for (const button of document.querySelectorAll("[data-theme-switch], [data-help]")) button.hidden = false;

  function switchTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("dalil-theme", root.dataset.theme);
    dispatchEvent(new Event("dalil-theme"));
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) switchTheme();
    else if (event.target.closest("[data-help]")) help.showModal();
  });

  // ---------------------------------------------------------------- typing

  const typing = (e) => e.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  let before = "";
  let forget = 0;

  function steps() {
    const rows = document.querySelectorAll("[data-row], table.incidents th a, table.stack tbody th a, .asides > li > h2 a, .claim-list .to-text");
    return [...rows].filter((row) => row.checkVisibility());
  }

  function step(by) {
    const rows = steps();
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  const acts = {
    "/": () => document.querySelector("input[type=search]")?.focus(),
    j: () => step(1),
    k: () => step(-1),
    "]": () => document.querySelector("a[rel=next]")?.click(),
    "[": () => document.querySelector("a[rel=prev]")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key !== "?" && !on.checked) return;
    // The key's place on the board, so that an Arabic layout reaches the same letters.
    const letter = /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code.slice(3).toLowerCase() : event.key;
    const typed = before ? `${before} ${letter}` : letter;
    clearTimeout(forget);
    before = "";
    const target = [...document.querySelectorAll("[data-keys]")].find((e) => e.dataset.keys === typed && !e.disabled);
    if (target) {
      event.preventDefault();
      if (target.matches("a, button, summary")) target.click();
      else target.focus();
    } else if (typed === letter && acts[letter]) {
      event.preventDefault();
      acts[letter]();
    } else if (letter === "g") {
      before = "g";
      forget = setTimeout(() => (before = ""), 1500);
    }
  });
})();
