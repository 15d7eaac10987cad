// Leaflet sets two fixed strings as HTML while it looks at the browser. No other string may become HTML on these pages.
"use strict";
if (window.trustedTypes) {
  const fixed = new Set(["<svg/>", ""]);
  trustedTypes.createPolicy("default", { createHTML: (text) => (fixed.has(text) ? text : null) });
}
