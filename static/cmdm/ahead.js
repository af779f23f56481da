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
      kept = { mark, html, at: Date.now() };
      const ready = $("#next-up [data-ready]");
      if (ready) ready.hidden = false;
    } catch { /* the server makes it when it is needed */ }
  };
  const soon = () => { if (marks().around) surround(); else setTimeout(look, 60); };

  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, elt, parameters } = event.detail;
    if (verb === "post" && kept && Date.now() - kept.at < REST && elt.closest("#work")) parameters.ahead = kept.mark;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const mark = event.detail.xhr.getResponseHeader("X-Card");
    if (!mark || event.detail.target?.id !== "work") return;
    if (kept?.mark !== mark) { event.detail.shouldSwap = false; location.reload(); return; }
    event.detail.serverResponse = whole(kept.html, event.detail.serverResponse);
  });
  const whole = (html, around) => {
    const card = new DOMParser().parseFromString(html, "text/html");
    const beside = new DOMParser().parseFromString(around, "text/html");
    for (const id of ["marks", "undo", "hold-room"]) {
      const fresh = beside.getElementById(id);
      if (fresh) card.getElementById(id)?.replaceWith(fresh);
    }
    const last = $("[data-last-card]", card);
    if (last) last.textContent = $("#case h1").textContent;
    return card.body.innerHTML;
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
