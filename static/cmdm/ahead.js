/* The next card is fetched while this one is read, and put in its place as soon as the server has agreed; the hold on
   this one is kept up while it is open and looked at. */
(() => {
  "use strict";
  const BEAT = 4 * 60 * 1000;
  const REST = 60 * 1000;
  const $ = (selector, root = document) => root.querySelector(selector);
  const token = () => $("meta[name=csrf-token]")?.content ?? "";
  const marks = () => $("#marks")?.dataset ?? {};

  /* Fetching ahead. Old cards are not shown: after a minute the server makes it anew. */
  let kept = null;
  let asking = null;
  const forget = () => { asking?.abort(); asking = kept = null; };
  const ask = (address) => {
    asking = new AbortController();
    return fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
  };

  /* A card that was ready stands there before the server has told what is around it: what can be undone, what is next. */
  const surround = async () => {
    forget();
    const { around, said = "" } = marks();
    let spoken = "";
    try {
      const answer = await ask(around);
      if (answer.ok) spoken = put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (fault) {
      if (fault.name === "AbortError") return;
    }
    window.cmdm?.say(`${said} ${spoken}`.trim());
    look();
  };
  const put = (beside) => {
    for (const id of ["marks", "undo", "next-up", "card-bar"]) {
      const [old, fresh] = [document.getElementById(id), beside.getElementById(id)];
      if (!old || !fresh || old.contains(document.activeElement)) continue;
      old.replaceWith(fresh);
      window.htmx?.process(fresh);
      window.cmdm?.bind?.(fresh);
    }
    document.title = beside.title;
    return marks().spoken ?? "";
  };
  const look = async () => {
    forget();
    const address = marks().ahead;
    if (!address || document.hidden) return;
    try {
      const answer = await ask(address);
      const mark = answer.headers.get("X-Card");
      if (!answer.ok || !mark) return;
      const html = await answer.text();
      if (address !== marks().ahead) return;
      kept = { mark, room: made(html), at: Date.now() };
      const ready = $("#next-up [data-ready]");
      if (ready) ready.hidden = false;
    } catch { /* the server makes it when it is needed */ }
  };
  const soon = () => { if (marks().around) surround(); else setTimeout(look, 60); };

  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, elt, parameters } = event.detail;
    if (verb === "post" && kept && Date.now() - kept.at < REST && elt.closest("#work")) parameters.ahead = kept.mark;
  });
  /* The card stands ready as nodes, their forms alive: when the server agrees, only what it said of it is read. */
  const made = (html) => {
    const room = document.createElement("div");
    room.innerHTML = html;
    window.htmx?.process(room);
    return room;
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, serverResponse } = event.detail;
    const mark = xhr.getResponseHeader("X-Card");
    if (!mark || target?.id !== "work") return;
    event.detail.shouldSwap = false;
    // Another card than the one kept is his by now: the address says which.
    if (kept?.mark !== mark) { location.assign(xhr.getResponseHeader("HX-Push-Url")); return; }
    const { room } = kept;
    const told = JSON.parse(serverResponse);
    forget();
    complete(room, told);
    history.pushState({ htmx: true }, "", xhr.getResponseHeader("HX-Push-Url"));
    $("#card-tools").replaceWith($("#card-tools", room));
    target.replaceChildren(...room.childNodes);
    for (const name of ["htmx:afterSwap", "htmx:afterSettle"]) window.htmx.trigger(target, name);
  });
  /* What was answered last, and the way back to it; after a card that was skipped there is none until it is asked for. */
  const complete = (room, { said, answer, undo, around }) => {
    $("#marks", room).dataset.said = said;
    if (around) $("#marks", room).dataset.around = around;
    const floor = $("#undo", room);
    const form = $("form", floor);
    if (!undo || !form) { floor.replaceChildren(); return; }
    form.action = undo;
    form.setAttribute("hx-post", undo);
    window.htmx.process(form);
    $("[data-last-answer]", floor).textContent = `${answer}:`;
    $("[data-last-card]", floor).textContent = $("#case h1").textContent;
  };
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "work") { soon(); last = Date.now(); } });
  document.addEventListener("DOMContentLoaded", soon);

  /* Holding on. */
  let last = Date.now();
  const renew = async () => {
    const address = marks().renew;
    if (!address || document.hidden || Date.now() - last < BEAT) return;
    last = Date.now();
    try {
      const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token() } });
      const text = await answer.text();
      const shape = document.createElement("template");
      shape.innerHTML = text;
      if (answer.ok) $("#hold")?.replaceWith(shape.content);
      else if (answer.status === 409) {
        delete $("#marks").dataset.renew;
        $("#lost")?.remove();
        $("#card-notices")?.append(shape.content);
        window.cmdm?.say($("#lost p")?.textContent);
      }
    } catch { /* said when an answer cannot be sent */ }
  };
  setInterval(renew, 15_000);
  document.addEventListener("visibilitychange", renew);
  window.cmdm = Object.assign(window.cmdm ?? {}, { beat: () => { last = 0; return renew(); } });
})();
