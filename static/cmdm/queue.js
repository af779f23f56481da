/* The queue: how many are ticked. */
(() => {
  "use strict";
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
