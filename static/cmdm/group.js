/* Groups: a column is picked by its digit and moved; what saving would do is asked of the server after every move.
   The fields beside each name are what is posted; without script they are chosen from. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  let stack = [];
  let first = null;
  let now = null;
  let asking = null;

  /* In the order of their digits: columns change places with every move, and a state is undone after that. */
  const ordered = (name) => all(`[data-${name}]`).sort((one, other) => one.dataset[name] - other.dataset[name]);
  const parts = () => ordered("part");
  const kins = () => ordered("kin");
  const read = () => ({ part: parts().map((field) => field.value), kin: kins().map((field) => field.value) });
  const write = (state) => {
    parts().forEach((field, at) => { field.value = state.part[at]; });
    kins().forEach((field, at) => { field.value = state.kin[at]; });
  };
  /* 1, 2, 3 without gaps; who is in the first group is related to nobody. */
  const tidy = (state) => {
    const known = [...new Set(state.part.map(Number))].sort((one, other) => one - other);
    const part = state.part.map((value) => String(known.indexOf(Number(value)) + 1));
    return { part, kin: state.kin.map((value, at) => (part[at] === "1" ? "" : value)) };
  };
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  const change = (state) => {
    const next = tidy(state);
    write(next);
    if (same(next, now)) return;
    stack.push(now);
    now = next;
    show();
  };
  const show = async () => {
    const form = $("#decision");
    const query = new URLSearchParams();
    for (const field of [...parts(), ...kins()]) query.append(field.name, field.value);
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.parts}${query}`, { signal: asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      window.htmx.swap("#parts", await answer.text(), { swapStyle: "outerHTML" });
      arrange();
      window.cmdm?.say(all("#parts .moves li").map((move) => move.innerText.trim().replace(/\s*\n\s*/g, " ").replace(/\.?$/, ".")).join(" "));
    } catch (error) {
      if (error.name !== "AbortError") window.cmdm?.complain($("#alerts").dataset.offline);
    }
    tell();
  };
  const tell = () => {
    const moved = stack.length > 0;
    for (const button of all("[data-unstage], [data-start-over]")) button.hidden = !moved;
  };

  /* Groups stand together, with a line between them. */
  const arrange = () => {
    const bands = $("#bands");
    if (!bands) return;
    const order = bands.dataset.order.split(",").map((place) => String(Number(place) + 1));
    const starts = new Set(bands.dataset.starts.split(",").slice(1).map((place) => String(Number(place) + 1)));
    const rows = $("[data-members] tbody") ? [$("[data-members] tbody")] : all("[data-columns] tr:not(.group)");
    for (const row of rows) {
      for (const place of order) {
        const cell = [...row.children].find((one) => one.dataset.place === place);
        if (!cell) continue;
        cell.classList.toggle("part-start", starts.has(place));
        row.append(cell);
      }
    }
  };

  const picked = () => $("[data-pick-column][aria-pressed=true]")?.dataset.pickColumn;
  const pick = (button) => {
    for (const other of all("[data-pick-column]")) {
      const mine = other === button;
      other.setAttribute("aria-pressed", String(mine));
      other.closest("th, tr")?.classList.toggle("is-picked", mine);
    }
    window.cmdm?.say($("bdi", button).textContent);
  };
  const MOVES = {
    before: (own) => Math.max(own - 1, 1),
    after: (own, last, alone) => (own === last && alone ? own : own + 1),
    out: (own, last, alone) => (alone ? own : last + 1),
    kin: (own, last, alone) => (alone ? own : last + 1),
  };
  const move = (how) => {
    const place = picked();
    const at = parts().findIndex((field) => field.dataset.part === place);
    if (at < 0) { window.cmdm?.complain($("[data-columns], [data-members]")?.dataset.pickFirst ?? ""); return; }
    const state = { part: [...now.part], kin: [...now.kin] };
    const own = Number(state.part[at]);
    const last = Math.max(...state.part.map(Number));
    const alone = state.part.filter((value) => Number(value) === own).length === 1;
    state.part[at] = String(MOVES[how](own, last, alone));
    state.kin[at] = how === "kin" ? (now.kin[at] === "household" ? "" : "household") : "";
    change(state);
  };

  /* Digits pick columns; in a row that J and K went to they choose its value, until Escape. */
  document.addEventListener("keydown", (event) => {
    const row = event.key === "Escape" && !$("dialog[open], details[open]") && $("[data-columns] .is-current");
    if (!row) return;
    row.classList.remove("is-current");
    document.activeElement?.blur();
  });

  const begin = () => {
    stack = [];
    first = now = parts().length ? read() : null;
    tell();
  };
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-pick-column], [data-move], [data-unstage], [data-start-over], [data-explains]");
    if (!target) return;
    if ("pickColumn" in target.dataset) pick(target);
    else if ("move" in target.dataset) move(target.dataset.move);
    else if ("unstage" in target.dataset && stack.length) { now = stack.pop(); write(now); show(); }
    else if ("startOver" in target.dataset) { stack = []; now = first; write(now); show(); }
    else if ("explains" in target.dataset) {
      for (const other of all("[data-explains]")) other.setAttribute("aria-pressed", String(other.dataset.explains === target.dataset.explains));
      $("[data-explained]").textContent = target.dataset.explains;
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-part], [data-kin]")) change(read());
  });
  /* All in one group, so that what "all same" would touch can be seen. */
  window.cmdm = Object.assign(window.cmdm ?? {}, { together: () => { if (now) change({ part: now.part.map(() => "1"), kin: now.kin.map(() => "") }); } });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "work") begin(); });
  document.addEventListener("DOMContentLoaded", begin);

  /* The graph: its scripts are fetched when it is asked for. */
  const loading = new Map();
  const load = (address) => {
    if (!loading.has(address)) {
      loading.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      }));
    }
    return loading.get(address);
  };
  document.addEventListener("htmx:afterSettle", async (event) => {
    if (event.target.id !== "graph-room") return;
    const dialog = $("#graph");
    if (!dialog.open) window.cmdm.show(dialog);
    for (const address of dialog.dataset.scripts.split(" ")) await load(address);
    window.cmdm.draw(dialog);
  });
})();
