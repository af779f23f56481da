/* Pins the theme before the first paint: this file is loaded in <head>, without defer. */
(() => {
  "use strict";
  const KEY = "cmdm-theme";
  const root = document.documentElement;
  const stored = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = stored();
    root.dataset.bsTheme = choice === "dark" || choice === "light" ? choice : system.matches ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("cmdm:theme", { detail: root.dataset.bsTheme }));
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    try {
      if (button.dataset.themeChoice === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, button.dataset.themeChoice);
    } catch { /* storage is off: the choice holds for this page only */ }
    apply();
    if (!stored() && button.dataset.themeChoice !== "system") root.dataset.bsTheme = button.dataset.themeChoice;
    mark();
  });
  const mark = () => {
    const choice = stored() ?? "system";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };
  document.addEventListener("DOMContentLoaded", mark);
})();
