/* Single keys. An element with data-key="s" is clicked on S, data-key="g r" on G then R.

   Own code, not a library: a verdict must never be sent by the second key of a sequence, by a held key, by a layout that
   needs Shift or AltGr for "?" or "[", or while text is being composed, and the bindings change with each fragment.

   Never inside fields, with a modifier, or while composing. The same key twice within 150 ms counts once.
   <body data-keys-off> switches all of them off; <body data-keys='{"x": "s"}'> lets X do what S does. */
(() => {
  "use strict";
  const TWICE = 150;
  const SEQUENCE = 1000;
  const NOT_TEXT = new Set(["radio", "checkbox", "button", "submit", "reset"]);
  let last = { key: "", at: -Infinity };
  let prefix = { key: "", at: -Infinity };

  const typing = (target) => {
    if (!(target instanceof HTMLElement)) return false;
    if (target.isContentEditable || target.matches("textarea, select")) return true;
    return target.matches("input") && !NOT_TEXT.has(target.type);
  };
  const modified = (event) => {
    const made = event.getModifierState?.("AltGraph");
    if (event.metaKey || ((event.ctrlKey || event.altKey) && !made)) return true;
    return event.shiftKey && /^[a-z]$/i.test(event.key);
  };
  const remapped = (key) => {
    try { return JSON.parse(document.body.dataset.keys ?? "{}")[key] ?? key; } catch { return key; }
  };
  const scope = () => document.querySelector("dialog[open]") ?? document;
  const shown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;
  const bound = (key) => [...scope().querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key.split(",").includes(key) && shown(element));
  const sequenced = (key) => scope().querySelector(`[data-key^="${CSS.escape(key)} "]`) && !bound(key);

  const press = (element) => {
    if (element.getAttribute("aria-disabled") === "true" || element.disabled) {
      cmdm.say(element.getAttribute("title") ?? element.dataset.reason ?? "");
      return;
    }
    if (element.matches("input[type=search], input[type=text], summary")) element.focus();
    if (!element.matches("input[type=search], input[type=text]")) element.click();
  };

  /* Rows: J and K move through [data-row] of the first visible [data-rows]. */
  const rows = () => {
    const list = [...scope().querySelectorAll("[data-rows]")].find(shown);
    return list ? [...list.querySelectorAll("[data-row]")].filter(shown) : [];
  };
  const current = () => rows().find((row) => row.classList.contains("is-current"));
  const goTo = (row, { focus = true } = {}) => {
    for (const other of document.querySelectorAll("[data-row].is-current")) {
      other.classList.remove("is-current");
      if (!other.querySelector("[data-row-focus]")) other.removeAttribute("aria-label");
    }
    row.classList.add("is-current");
    const target = row.querySelector("[data-row-focus]") ?? row;
    if (target === row) row.tabIndex = -1;
    // A screen reader says nothing of a row that has no name of its own.
    if (target === row && focus && window.cmdm.read) row.setAttribute("aria-label", window.cmdm.read(row));
    if (focus) target.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const move = (step) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(current());
    goTo(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
    return true;
  };
  const choose = (digit) => {
    const row = current();
    const choice = row?.querySelector(`[data-choice="${digit}"]`);
    if (choice?.checked && !("loose" in choice.dataset)) { cmdm.say(choice.getAttribute("aria-label")); return true; }
    if (choice) { choice.click(); return true; }
    return false;
  };
  const found = (key) => {
    if (key === "j" || key === "arrowdown") return move(1);
    if (key === "k" || key === "arrowup") return move(-1);
    if (/^[1-9]$/.test(key) && choose(key)) return true;
    if (key === "enter" && current() && (document.activeElement === current() || document.activeElement === document.body)) {
      const link = current().querySelector("a[href]");
      if (link) { link.click(); return true; }
    }
    const element = bound(key);
    if (element) press(element);
    return Boolean(element);
  };

  document.addEventListener("keydown", (event) => {
    if ("keysOff" in document.body.dataset || event.defaultPrevented) return;
    if (event.isComposing || event.keyCode === 229 || typing(event.target) || modified(event)) return;
    const key = remapped(event.key.toLowerCase());
    const stepping = /^(j|k|arrowdown|arrowup)$/.test(key);
    if (event.key.startsWith("Arrow") && event.target.matches?.("input, [role=tab], summary")) return;
    if (event.key === "Enter" && event.target.matches?.("a, button, input, summary")) return;
    const now = event.timeStamp;
    if (!stepping && (event.repeat || (last.key === key && now - last.at < TWICE))) { event.preventDefault(); return; }
    last = { key, at: now };
    if (prefix.key && now - prefix.at < SEQUENCE) {
      const element = bound(`${prefix.key} ${key}`);
      prefix = { key: "", at: -Infinity };
      if (element) press(element);
      event.preventDefault();
      return;
    }
    if (sequenced(key)) { prefix = { key, at: now }; event.preventDefault(); return; }
    if (found(key)) event.preventDefault();
  });

  /* What is printed on a button is told to assistive technology as well, unless the keys are switched off. */
  const tell = (root) => {
    if ("keysOff" in document.body.dataset) return;
    let own = {};
    try { own = JSON.parse(document.body.dataset.keys ?? "{}"); } catch { /* the keys as they are shipped */ }
    const pressed = Object.fromEntries(Object.entries(own).filter(([, does]) => does).map(([key, does]) => [does, key]));
    for (const element of root.querySelectorAll("[data-key]")) {
      const keys = element.dataset.key.split(",").filter((key) => !key.includes(" ")).map((key) => pressed[key] ?? (own[key] === "" ? "" : key));
      const said = keys.filter(Boolean).map((key) => (key.length > 1 ? key[0].toUpperCase() + key.slice(1) : key.toUpperCase())).join(" ");
      if (said) element.setAttribute("aria-keyshortcuts", said); else element.removeAttribute("aria-keyshortcuts");
    }
  };
  document.addEventListener("htmx:afterSettle", (event) => tell(event.target instanceof Element ? event.target : document));
  document.addEventListener("DOMContentLoaded", () => tell(document));

  /* A click or focus inside a row makes it the current one; the choice goes with it. */
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-rows] [data-row]");
    if (row && !row.classList.contains("is-current")) goTo(row, { focus: false });
  });

  window.cmdm = Object.assign(window.cmdm ?? {}, { goTo, tell });
})();
