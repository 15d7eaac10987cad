// Before anything is painted: the ground that this person chose, dark or light; else the machine's own.
"use strict";
(() => {
  const chosen = localStorage.getItem("dalil-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
