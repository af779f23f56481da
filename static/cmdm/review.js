/* The review card: choices redraw the golden column, digits pick a reason, the pressed answer says that it is saving.
   Everything here also works without it: the form posts what is chosen. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* The golden column follows the choice; the rule that would have chosen stays in reach. */
  const redraw = (input) => {
    const row = input.closest("[data-row]");
    const table = input.closest("table");
    const letter = $("[data-golden-letter]", row);
    const value = $("[data-golden-value]", row);
    const rule = $("[data-golden-rule]", row);
    rule.dataset.own ??= rule.textContent;
    letter.textContent = input.dataset.letter;
    letter.classList.remove("letter-open");
    value.textContent = $(".value", input.closest("td")).textContent;
    rule.textContent = "default" in input.dataset ? rule.dataset.own : table.dataset.yourChoice;
    row.querySelector(".golden").classList.remove("golden-open");
    const open = all("[data-undecided]", table).filter((other) => !$("input:checked", other)).length;
    const badge = $("[data-to-choose]", table);
    if (badge) { $("[data-count]", badge).textContent = String(open); badge.hidden = open === 0; }
    window.cmdm?.say(`${value.textContent}. ${rule.textContent}`);
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choice]")) redraw(event.target);
    if (event.target.matches("input[name=strength]")) {
      $("[data-firmness]").textContent = event.target.closest("label").querySelector("span").firstChild.textContent.trim();
      $("#firmness").open = false;
      $("#firmness summary").focus();
    }
    if (event.target.matches("#reason-text")) note(event.target.value);
  });

  /* The reason: C opens, a digit picks, Enter in the field closes. */
  const note = (text) => {
    const shown = $("[data-reason]");
    if (!shown) return;
    shown.dataset.own ??= shown.textContent;
    shown.textContent = text ? (text.length > 28 ? `${text.slice(0, 27)}…` : text) : shown.dataset.own;
  };
  const pick = (button) => {
    const field = $("#reason-text");
    field.value = $("span", button).textContent;
    note(field.value);
    $("#reason").open = false;
    $("#reason summary").focus();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-pick]");
    if (button) pick(button);
  });
  document.addEventListener("keydown", (event) => {
    const menu = $("#reason[open]");
    if (event.key === "Enter" && event.target.matches?.("#reason-text")) {
      event.preventDefault();
      note(event.target.value);
      menu.open = false;
      $("#reason summary").focus();
      return;
    }
    if (!menu || event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("#reason-text")) return;
    const button = /^[1-9]$/.test(event.key) && $(`[data-pick="${event.key}"]`, menu);
    if (button) { event.preventDefault(); event.stopPropagation(); pick(button); }
  }, true);

  /* C in the list takes the current row. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, textarea, select")) return;
    $("[data-row].is-current [data-row-key=c]")?.click();
  });

  /* The server says what became of the last card; the region that speaks stands outside of what is swapped. */
  document.addEventListener("say", (event) => window.cmdm?.say(event.detail.text));

  /* While the server is asked, the pressed answer says so; all of them are inert. A refusal brings the words back. */
  let pressed = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest?.("#decision");
    const button = event.detail.requestConfig.triggeringEvent?.submitter;
    const word = form && button && $("[data-word]", button);
    if (!word) return;
    pressed = { word, text: word.textContent };
    word.textContent = form.dataset.saving;
  });
  document.addEventListener("htmx:afterRequest", () => {
    if (pressed) pressed.word.textContent = pressed.text;
    pressed = null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "refusal") return;
    const first = $("[data-rows] [data-undecided]") ?? $("[data-rows] [data-row]:not([hidden])");
    if (first && event.target.id === "work") window.cmdm?.goTo(first, { focus: false });
    if (event.target.id === "work") window.scrollTo(0, 0);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const first = $(".compare [data-undecided]") ?? $(".compare [data-row]:not([hidden])");
    if (first) window.cmdm?.goTo(first, { focus: false });
  });
})();
