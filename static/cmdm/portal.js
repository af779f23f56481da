// The portal with script: a button "Stop" or "Allow" becomes a switch, and turning it swaps the page's content instead
// of loading it anew. Without script the same buttons post the same forms.
const content = () => document.getElementById("content");

function dress(root) {
  for (const form of root.querySelectorAll("form[data-switch]")) {
    const button = form.querySelector("button.turn");
    const on = form.dataset.switch === "on";
    const track = document.createElement("span");
    track.className = "onoff-track";
    const word = document.createElement("span");
    word.textContent = on ? button.dataset.on : button.dataset.off;
    button.className = "onoff turn";
    button.setAttribute("role", "switch");
    button.setAttribute("aria-checked", String(on));
    button.setAttribute("aria-label", button.dataset.name);
    button.replaceChildren(word, track);
  }
}

async function turn(form, button) {
  const posted = new FormData(form, button);
  button.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, { method: "POST", body: posted, headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("content");
  if (!fresh || new URL(answer.url).pathname.startsWith("/my/sign-in")) {
    location.assign(answer.url);
    return;
  }
  dress(fresh);
  const row = form.closest("li[id]")?.id;
  const status = fresh.querySelector(".notices")?.innerHTML ?? "";
  content().replaceChildren(...fresh.childNodes);
  // Filled after it stands in the page, so that a screen reader speaks it.
  const notices = content().querySelector(".notices");
  if (notices) {
    notices.innerHTML = "";
    requestAnimationFrame(() => { notices.innerHTML = status; });
  }
  (document.querySelector(row ? `[id="${CSS.escape(row)}"] button.turn` : "h1") ?? content()).focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("form[data-switch]:not([data-plain])") || !button) return;
  event.preventDefault();
  turn(form, button).catch(() => {
    form.dataset.plain = "";
    form.requestSubmit(button);
  });
});

dress(document);
