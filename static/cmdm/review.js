/* The review card: choices redraw the golden column, digits pick a reason, the pressed answer says that it is saving.
   Everything here also works without it: the form posts what is chosen. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const narrow = window.matchMedia("(max-width: 639.98px)");

  /* The golden column follows the choice; the rule that would have chosen stays in reach. */
  const redraw = (input) => {
    const row = input.closest("[data-row]");
    if ("loose" in input.dataset) { window.cmdm?.say(input.ariaLabel); return; }
    const table = input.closest("table");
    const golden = $(".golden", row);
    const rule = $("[data-golden-rule]", row);
    const chosen = !("default" in input.dataset);
    rule.dataset.own ??= rule.textContent;
    $("[data-golden-letter]", row).textContent = input.dataset.letter;
    $("[data-golden-letter]", row).classList.remove("letter-open");
    const value = $(".value", input.closest("td")).cloneNode(true);
    for (const mark of all("mark", value)) mark.replaceWith(...mark.childNodes);
    $("[data-golden-value]", row).replaceChildren(...value.childNodes);
    golden.classList.remove("golden-open");
    golden.classList.toggle("is-pinned", chosen);
    $(".golden-pin", row).hidden = !chosen;
    rule.textContent = chosen ? until(row, table) : rule.dataset.own;
    const open = all("[data-undecided]", table).filter((other) => !$("input:checked", other)).length;
    const badge = $("[data-to-choose]", table);
    if (badge) { $("[data-count]", badge).textContent = String(open); badge.hidden = open === 0; }
    window.cmdm?.say(`${$("[data-golden-value]", row).textContent}. ${rule.textContent}`);
  };
  const until = (row, table) => {
    const day = $("[data-until]", row)?.valueAsDate;
    if (!day) return table.dataset.yourChoice;
    const shown = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
    return table.dataset.chosenUntil.replace("{day}", shown.format(day));
  };

  /* A row in words, for whoever goes to it by key without seeing it. */
  const one = (element) => element?.textContent.trim().replace(/\s+/g, " ") ?? "";
  const read = (row) => {
    const columns = all("thead [role=columnheader]", row.closest("table"));
    const cells = all("td", row).map((cell, at) => {
      const named = $("bdi", columns[at] ?? row) ?? $(".letter", cell);
      const value = $("[data-golden-value]", cell) ?? $(".value, .not-given", cell) ?? $(".cell-in, .golden-in > div", cell);
      const ruled = $("[data-golden-rule]", cell);
      return `${cell.matches(".golden") ? columns[at].dataset.called : one(named)}: ${one(value)}${ruled ? `, ${one(ruled)}` : ""}`;
    });
    return [all(".row-head > span:last-child", row).map((head) => head.innerText.replace(/\s*\n\s*/g, ", "))[0], ...cells].join(". ");
  };

  /* In a group nothing is chosen before: what is chosen twice is chosen no more. */
  let chosen = null;
  document.addEventListener("click", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-loose]")) return;
    if (input === chosen) { input.checked = false; chosen = null; } else chosen = input;
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choice]")) redraw(event.target);
    if (event.target.matches("[data-until]")) {
      const row = event.target.closest("[data-row]");
      const rule = row && $("[data-golden-rule]", row);
      if (rule) rule.textContent = until(row, row.closest("table"));
    }
    if (event.target.matches("input[name=strength]")) {
      $("[data-firmness]").textContent = event.target.closest("label").querySelector("span").firstChild.textContent.trim();
      $("#firmness summary").focus();
      $("#firmness").open = false;
    }
    if (event.target.matches("#reason-text")) note(event.target.value);
  });

  /* The reason: C opens, a digit picks, Enter in the field closes. An answer that needs one asks for it and goes on. */
  let waiting = null;
  const note = (text) => {
    const shown = $("[data-reason]");
    if (!shown) return;
    shown.dataset.own ??= shown.textContent;
    shown.textContent = text ? (text.length > 28 ? `${text.slice(0, 27)}…` : text) : shown.dataset.own;
  };
  const given = () => {
    note($("#reason-text").value);
    $("#reason").open = false;
    const button = waiting;
    waiting = null;
    if (button?.isConnected && $("#reason-text").value) button.click(); else $("#reason summary").focus();
  };
  const ask = (button) => {
    waiting = button;
    $("#reason").open = true;
    $("[data-reason-wanted]").hidden = false;
    $("#reason summary").focus();
    window.cmdm?.say($("[data-reason-wanted]").textContent);
  };
  const pick = (button) => {
    $("#reason-text").value = $("span", button).textContent;
    window.cmdm?.say($("#reason-text").value);
    given();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-pick]");
    if (button) pick(button);
    if (event.target.closest?.("a[href='#again']")) { event.preventDefault(); pressed?.button.click(); }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#decision [name=decision]");
    if (!button || event.defaultPrevented) return;
    if ("needsReason" in button.dataset && !$("#reason-text").value.trim()) stop(event, () => ask(button));
    else if (button.value === "same" && narrow.matches && !checked()) stop(event, check);
  }, true);
  const stop = (event, then) => { event.preventDefault(); event.stopImmediatePropagation(); then(); };

  /* On the phone "same" first shows what it would make and touch. */
  const checked = () => $("#case").dataset.checked === "yes" || !$(".effects, .ring");
  const check = () => {
    $("#case").dataset.checked = "yes";
    window.cmdm?.together?.();
    $(".compare")?.classList.add("shows-golden");
    $("#check").hidden = false;
    window.cmdm?.say($("#check").textContent);
  };

  /* What a menu offers is told when it opens; how firm is chosen by arrows. */
  document.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    if (event.target.id === "firmness") $("input:checked", event.target).focus();
    if (event.target.id === "reason" && !waiting) window.cmdm?.say(all("[data-pick]", event.target).map((button) => `${button.dataset.pick}: ${one($("span", button))}`).join(". "));
  }, true);
  document.addEventListener("keydown", (event) => {
    const menu = $("#reason[open]");
    if (event.key === "Enter" && event.target.matches?.("#reason-text")) { event.preventDefault(); given(); return; }
    if (event.key === "Escape" && menu) waiting = null;
    if (!menu || event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("#reason-text")) return;
    const button = /^[1-9]$/.test(event.key) && $(`[data-pick="${event.key}"]`, menu);
    if (button) stop(event, () => pick(button));
  }, true);

  /* All rows or differences, script or not: at once and on every card to come; the links do the same without script. */
  const shown = { rows: null, script: null };
  const apply = () => {
    if (shown.rows !== null) {
      for (const row of all("[data-fold]")) row.hidden = !shown.rows;
      for (const button of all("[data-folds]")) button.setAttribute("aria-expanded", String(shown.rows));
      for (const link of all("[data-rows-shown]")) turn(link, (link.dataset.rowsShown === "all") === shown.rows);
    }
    if (shown.script !== null) {
      document.body.classList.toggle("shows-script", shown.script);
      document.body.classList.toggle("hides-script", !shown.script);
      for (const link of all("[data-script-shown]")) { if (shown.script) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current"); }
    }
  };
  const turn = (link, on) => {
    if (on) { link.setAttribute("aria-current", "true"); delete link.dataset.key; } else { link.removeAttribute("aria-current"); link.dataset.key = "a"; }
  };
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const rows = event.target.closest?.("[data-rows-shown]");
    const script = event.target.closest?.("[data-script-shown]");
    if (!rows && !script) return;
    event.preventDefault();
    if (rows) shown.rows = rows.dataset.rowsShown === "all";
    if (script) shown.script = !script.hasAttribute("aria-current");
    fetch((rows ?? script).href, { method: "HEAD" }).catch(() => {});
    apply();
    window.cmdm?.say(rows ? rows.firstChild.textContent.trim() : script.dataset[shown.script ? "on" : "off"]);
  });

  /* The server says what became of the last card; the region that speaks stands outside of what is swapped. */
  document.addEventListener("say", (event) => window.cmdm?.say(event.detail.text));

  /* While the server is asked all answers are inert; the pressed one says so if that takes longer than a glance. A
     refusal brings the words back. */
  const GLANCE = 200;
  let pressed = null;
  const ended = () => {
    clearTimeout(pressed.slow);
    pressed.word.textContent = pressed.text;
    pressed.form.removeAttribute("aria-busy");
    delete pressed.form.dataset.slow;
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest?.("#decision");
    const button = event.detail.requestConfig.triggeringEvent?.submitter;
    const word = form && button && $("[data-word]", button);
    if (!word) return;
    const show = () => { form.dataset.slow = "yes"; word.textContent = form.dataset.saving; };
    form.setAttribute("aria-busy", "true");
    pressed = { form, button, word, text: word.textContent, slow: setTimeout(show, GLANCE) };
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.target.id === "decision" && pressed) ended(); });
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, (event) => {
      const note = $("#no-connection");
      if (event.target.id !== "decision" || !note) return;
      $("#alerts").replaceChildren();
      $("#refusal").replaceChildren(note.content.cloneNode(true));
      $("#refusal [data-focus]").tabIndex = -1;
      $("#refusal [data-focus]").focus();
    });
  }

  const begin = (focus) => {
    chosen = null;
    if ($("[data-columns]")) return;
    const first = $(".compare [data-undecided]") ?? $(".compare [data-row]:not([hidden])");
    if (first) window.cmdm?.goTo(first, { focus });
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "refusal" && $("#refusal [data-code=reason]")) ask(pressed?.button ?? null);
    if (event.target.id !== "work") return;
    clearTimeout(pressed?.slow);
    pressed = waiting = null;
    apply();
    begin(false);
    window.scrollTo(0, 0);
  });
  document.addEventListener("DOMContentLoaded", () => begin(false));
  window.cmdm = Object.assign(window.cmdm ?? {}, { read });
})();
