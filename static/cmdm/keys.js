/* Single keys, matched by tinykeys. An element with data-key="s" is clicked on S, data-key="g r" on G then R; one with
   data-row-key="x" on X when its row is the current one.

   Never inside fields, with a modifier, or while composing. A held key counts once, and so does the same key twice within
   150 ms. The second key of a sequence is never read as a key of its own: it could send a verdict.
   <body data-keys-off> switches all of them off; <body data-keys='{"x": "s"}'> lets X do what S does. */
(() => {
  "use strict";
  const TWICE = 150;
  const NOT_TEXT = new Set(["radio", "checkbox", "button", "submit", "reset"]);
  const STEPS = { j: 1, arrowdown: 1, k: -1, arrowup: -1 };
  const ANY = "(.|Enter|Arrow.+)";
  const { createKeybindingsHandler } = window.tinykeys;
  const off = "keysOff" in document.body.dataset;
  const own = JSON.parse(document.body.dataset.keys ?? "{}");
  const moved = Object.fromEntries(Object.entries(own).map(([key, does]) => [does, key]));
  const keyOf = (deed) => moved[deed] ?? (deed in own ? "" : deed);

  const typing = (target) => {
    if (!(target instanceof HTMLElement)) return false;
    if (target.isContentEditable || target.matches("textarea, select")) return true;
    return target.matches("input") && !NOT_TEXT.has(target.type);
  };
  const scope = () => document.querySelector("dialog[open]") ?? document;
  const shown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;
  const keysOf = (element) => element.dataset.key.split(",");
  const bound = (key) => [...scope().querySelectorAll("[data-key]")].find((element) => keysOf(element).includes(key) && shown(element));

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
  const goTo = (row, { focus = true, scroll = true } = {}) => {
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
    if (scroll) row.scrollIntoView({ block: "nearest" });
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
    if (key in STEPS) return move(STEPS[key]);
    if (/^[1-9]$/.test(key) && choose(key)) return true;
    const row = current();
    if (key === "enter" && row && (document.activeElement === row || document.activeElement === document.body)) {
      const link = row.querySelector("a[href]");
      if (link) { link.click(); return true; }
    }
    const element = row?.querySelector(`[data-row-key="${CSS.escape(key)}"]`) ?? bound(key);
    if (element) press(element);
    return Boolean(element);
  };

  /* A letter stands for itself alone; for "?", "[" or a digit a layout may need Shift or AltGr, which Windows calls
     Control and Alt, macOS Alt. */
  const ways = (key) => ["", "Alt+", "Control+Alt+"].flatMap((way) => [way + key, `${way}Shift+${key}`]);
  const spelt = (key) => (!key ? [] : key.length > 1 || /\p{L}/u.test(key) ? [key] : ways(key));
  const handler = (bindings) => createKeybindingsHandler(Object.fromEntries(bindings));

  let again = false;
  let single = () => {};
  let sequence = () => {};
  const deed = (key) => (event) => {
    if (event.defaultPrevented) return;
    if (again && !(key in STEPS)) { event.preventDefault(); return; }
    if (!found(key)) return;
    event.preventDefault();
    // What does something by itself here begins no sequence.
    begin();
  };
  const goes = (keys) => (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const element = bound(keys);
    if (element) { press(element); return; }
    // What is no second key may be a first one.
    begin();
    sequence(event);
  };
  const begin = () => {
    const named = [...document.querySelectorAll('[data-key*=" "]')].map((element) => element.dataset.key);
    const first = new Set(named.map((keys) => keys.split(" ")[0]));
    const swallowed = [...first].flatMap((key) => ways(ANY).map((any) => `${key} ${any}`));
    sequence = handler([...named, ...swallowed].map((keys) => [keys, goes(keys)]));
  };

  let last = { key: "", at: -Infinity };
  const keydown = (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || typing(event.target)) return;
    if ((event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph")) return;
    if (event.key.startsWith("Arrow") && event.target.matches?.("input, [role=tab], summary")) return;
    if (event.key === "Enter" && event.target.matches?.("a, button, input, summary")) return;
    again = event.repeat || (last.key === event.key && event.timeStamp - last.at < TWICE);
    if (!again) {
      last = { key: event.key, at: event.timeStamp };
      sequence(event);
    }
    single(event);
  };

  /* The keys of what stands on the page now. What is printed on a button is told to assistive technology as well. */
  const bind = (root) => {
    if (off) return;
    const known = [...document.querySelectorAll("[data-key]")].flatMap(keysOf).filter((key) => !key.includes(" "));
    const ofRows = [...document.querySelectorAll("[data-row-key]")].map((element) => element.dataset.rowKey);
    const all = new Set([...known, ...ofRows, ...Object.keys(STEPS), ..."123456789", "enter"]);
    single = handler([...all].flatMap((key) => spelt(keyOf(key)).map((way) => [way, deed(key)])));
    for (const element of root.querySelectorAll("[data-key]")) {
      const said = keysOf(element).filter((key) => !key.includes(" ")).map(keyOf).filter(Boolean);
      const names = said.map((key) => (key.length > 1 ? key[0].toUpperCase() + key.slice(1) : key.toUpperCase()));
      if (said.length) element.setAttribute("aria-keyshortcuts", names.join(" ")); else element.removeAttribute("aria-keyshortcuts");
    }
  };
  document.addEventListener("htmx:afterSettle", (event) => bind(event.target instanceof Element ? event.target : document));
  document.addEventListener("DOMContentLoaded", () => { begin(); bind(document); });
  if (!off) document.addEventListener("keydown", keydown);

  /* A click or focus inside a row makes it the current one; the choice goes with it. Under a pointer that is pressed
     nothing moves: let go beside the link, it would have clicked on nothing. */
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-rows] [data-row]");
    if (row && !row.classList.contains("is-current")) goTo(row, { focus: false, scroll: event.target.matches(":focus-visible") });
  });

  window.cmdm = Object.assign(window.cmdm ?? {}, { goTo, bind });
})();
