/* What the pages share: htmx manners, live regions, dialogs, menus, rows, local times. No page needs it to be read. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* Speaking. The polite region stands outside every swap target; errors go to the alert region. */
  const say = (text) => {
    const region = $("#live");
    if (!region || !text) return;
    region.textContent = "";
    requestAnimationFrame(() => { region.textContent = text; });
  };
  const complain = (text) => {
    const region = $("#alerts");
    const shape = $("#alert-shape");
    if (!region || !shape || !text) return;
    const note = shape.content.cloneNode(true);
    $("[data-text]", note).textContent = text;
    region.replaceChildren(note);
  };
  const words = (name) => $("#alerts")?.dataset[name] ?? "";
  /* What was said would be said again when a dialog closes: the page behind it comes back with its regions. */
  const show = (dialog) => {
    $("#live")?.replaceChildren();
    dialog.showModal();
  };
  window.cmdm = Object.assign(window.cmdm ?? {}, { say, complain, show });

  /* htmx: the token travels in a header; refusals are swapped where the deed was; whole pages never land in a fragment. */
  document.addEventListener("htmx:configRequest", (event) => {
    const token = $("meta[name=csrf-token]")?.content;
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    const text = xhr.responseText;
    if (target === document.body || !/<html[\s>]/i.test(text.slice(0, 400))) return;
    event.detail.shouldSwap = false;
    const page = new DOMParser().parseFromString(text, "text/html");
    if (page.body.dataset.page === "sign-in") { location.reload(); return; }
    if (xhr.status < 400) { location.assign(xhr.responseURL || location.href); return; }
    complain(page.querySelector("[data-message]")?.textContent.trim() || words("failed"));
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500 || event.detail.xhr.status === 404) complain(words("failed"));
  });
  document.addEventListener("htmx:sendError", () => complain(words("offline")));
  document.addEventListener("htmx:timeout", () => complain(words("offline")));
  document.addEventListener("htmx:beforeRequest", () => $("#alerts")?.replaceChildren());
  document.addEventListener("htmx:afterSettle", (event) => {
    arrive(event.target);
    const target = $("[data-focus]", event.target) ?? (event.target.matches?.("[data-focus]") ? event.target : null);
    if (target) { target.tabIndex = target.tabIndex >= 0 ? target.tabIndex : -1; target.focus(); }
  });

  /* Questions before a deed: data-confirm on a button or form, hx-confirm on an htmx element. */
  const ask = (question, label) => new Promise((resolve) => {
    const dialog = $("#confirm");
    $("[data-question]", dialog).textContent = question;
    const yes = $("[value=yes]", dialog);
    yes.textContent = label || yes.dataset.label;
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    show(dialog);
  });
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, event.detail.elt.dataset.confirmLabel).then((yes) => { if (yes) event.detail.issueRequest(true); });
  });
  document.addEventListener("submit", (event) => {
    const source = event.submitter?.matches("[data-confirm]") ? event.submitter : event.target;
    if (!source.dataset.confirm || source.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(source.dataset.confirm, source.dataset.confirmLabel).then((yes) => {
      if (!yes) return;
      source.dataset.confirmed = "yes";
      event.target.requestSubmit(event.submitter);
      delete source.dataset.confirmed;
    });
  }, true);

  /* A verdict with a choice still open moves to that row and says so, instead of being refused by the server. */
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-requires-choice]")) return;
    const open = all("[data-row][data-undecided]").find((row) => !$("input:checked", row));
    if (!open) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.cmdm.goTo(open);
    complain(open.dataset.undecided);
  }, true);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    const opened = opener && $(`#${opener.dataset.opens}`);
    if (opened) { event.preventDefault(); show(opened); return; }
    if (event.target.closest?.("[data-closes]")) { event.target.closest("dialog, .note")?.[event.target.closest("dialog") ? "close" : "remove"](); return; }
    const fold = event.target.closest?.("[data-folds]");
    if (fold) {
      const open = fold.getAttribute("aria-expanded") !== "true";
      fold.setAttribute("aria-expanded", String(open));
      for (const row of all(`[data-fold="${CSS.escape(fold.dataset.folds)}"]`)) row.hidden = !open;
      return;
    }
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const row = event.target.closest?.("[data-href]");
    if (row && !event.target.closest("a, button, input, select, label, summary") && !String(getSelection())) {
      if (event.ctrlKey || event.metaKey) window.open(row.dataset.href); else location.assign(row.dataset.href);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = all("details.menu[open]").pop();
    if (menu) { menu.open = false; $("summary", menu).focus(); }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-autosubmit]");
    if (form) form.requestSubmit();
  });

  /* Times are sent in UTC and shown in the reader's own zone; progress speaks at most every tenth, and at its end. */
  const spoken = new Map();
  const asking = new Set();
  const arrive = (root) => {
    if (!(root instanceof Element)) return;
    const language = document.documentElement.lang || undefined;
    for (const time of all("time[data-local]:not([data-done])", root)) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.valueOf())) continue;
      const day = { day: "numeric", month: "short", year: "numeric" };
      const hour = { hour: "2-digit", minute: "2-digit" };
      const shape = { date: day, time: hour, both: { ...day, ...hour } }[time.dataset.local] ?? { ...day, ...hour };
      time.textContent = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, shape).format(moment);
      time.title = time.dateTime;
      time.dataset.done = "";
    }
    for (const bar of [root, ...all("[role=progressbar]", root)].filter((x) => x.matches("[role=progressbar]"))) {
      const step = Math.floor(Number(bar.getAttribute("aria-valuenow")) / 10);
      const before = spoken.get(bar.id);
      if (before !== undefined && step > before) say(bar.getAttribute("aria-valuetext") ?? `${step * 10} %`);
      spoken.set(bar.id, step);
    }
    for (const part of [root, ...all("section[id]", root)].filter((x) => x.matches("section[id]"))) {
      if (part.matches("[hx-trigger^=every]")) asking.add(part.id);
      else if (asking.delete(part.id)) say([...new Set(all(".panel-head h2, .panel-head .state, .note-text", part).map((one) => one.innerText.trim().replace(/\s+/g, " ")))].join(". "));
    }
  };
  document.addEventListener("DOMContentLoaded", () => arrive(document.body));
})();
