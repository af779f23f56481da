/* Colleagues to name in a note: behind an @ those who may read it are offered; arrows move, Enter takes, Escape closes.
   Everything typed by hand counts as well. */
(() => {
  "use strict";
  const BEGUN = /(?:^|[^\w@.])@([\w.+-]*)$/;
  const OWN = ["task", "customer", "place"];
  let asking = null;
  let area = null;
  const box = () => document.getElementById("note-people");
  const rows = () => [...(box()?.children ?? [])];
  const current = () => rows().findIndex((row) => row.ariaSelected === "true");

  const close = () => {
    asking?.abort();
    box()?.replaceChildren();
    if (box()) box().hidden = true;
    area?.removeAttribute("aria-activedescendant");
  };
  const select = (at) => {
    const all = rows();
    const chosen = all[(at + all.length) % all.length];
    for (const row of all) row.ariaSelected = String(row === chosen);
    area.setAttribute("aria-activedescendant", chosen.id);
    window.cmdm?.say(chosen.textContent);
  };
  const take = (row) => {
    const before = area.value.slice(0, area.selectionStart);
    const from = before.length - BEGUN.exec(before)[1].length;
    area.setRangeText(`${row.dataset.name} `, from, area.selectionStart, "end");
    close();
    area.focus();
  };
  const offer = (people) => {
    box().replaceChildren(...people.map(({ name, label }, at) => {
      const row = document.createElement("li");
      row.className = "menu-row";
      row.id = `note-person-${at}`;
      row.role = "option";
      row.dataset.name = name;
      row.textContent = label;
      return row;
    }));
    box().hidden = people.length === 0;
    if (people.length) select(0);
  };
  const look = async (begun) => {
    asking?.abort();
    asking = new AbortController();
    const query = new URLSearchParams({ begun });
    for (const name of OWN) if (area.form.elements[name]) query.set(name, area.form.elements[name].value);
    try {
      const answer = await fetch(`${area.dataset.mentions}?${query}`, { signal: asking.signal });
      if (answer.ok) offer((await answer.json()).people);
    } catch { /* it can be typed */ }
  };

  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("[data-mentions]")) return;
    area = event.target;
    const begun = BEGUN.exec(area.value.slice(0, area.selectionStart));
    if (begun) look(begun[1]); else close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== area || !box() || box().hidden) return;
    const deeds = {
      ArrowDown: () => select(current() + 1), ArrowUp: () => select(current() - 1), Escape: close,
      Enter: () => take(rows()[current()]), Tab: () => take(rows()[current()]),
    };
    if (!deeds[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[event.key]();
  }, true);
  document.addEventListener("pointerdown", (event) => {
    const row = event.target.closest?.("#note-people > li");
    if (row) { event.preventDefault(); take(row); } else if (event.target !== area) close();
  });
})();
