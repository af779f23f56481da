/* The queue: C takes the current row, X ticks it. Everything here also works by its button or box. */
(() => {
  "use strict";
  const KEYS = { c: "[data-row-key=c]", x: "[data-tick]" };
  document.addEventListener("keydown", (event) => {
    const wanted = KEYS[event.key.toLowerCase()];
    if (!wanted || "keysOff" in document.body.dataset || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || event.isComposing) return;
    if (event.target.matches?.("input:not([type=checkbox]), textarea, select")) return;
    document.querySelector(`[data-row].is-current ${wanted}`)?.click();
  });

  const tell = () => {
    const button = document.querySelector("[data-ticked]");
    if (!button) return;
    const count = document.querySelectorAll("[data-tick]:checked").length;
    button.hidden = count === 0;
    button.querySelector("[data-count]").textContent = String(count);
  };
  document.addEventListener("change", (event) => { if (event.target.matches("[data-tick]")) tell(); });
  document.addEventListener("DOMContentLoaded", tell);
  window.addEventListener("pageshow", tell);
})();
