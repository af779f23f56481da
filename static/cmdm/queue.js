/* The queue: C takes the current row. Everything here also works by its button. */
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if ("keysOff" in document.body.dataset || event.key.toLowerCase() !== "c" || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || event.isComposing) return;
    if (event.target.matches?.("input, textarea, select")) return;
    document.querySelector("[data-row].is-current [data-row-key=c]")?.click();
  });
})();
