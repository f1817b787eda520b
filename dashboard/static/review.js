// Deciding on links by keys, and without a reload. Every button works without it.
"use strict";

const cards = () => [...document.querySelectorAll(".doubt")];
const place = () => cards().findIndex((card) => card.contains(document.activeElement));

function focusCard(number) {
  const all = cards();
  if (all.length) { all[Math.max(0, Math.min(number, all.length - 1))].focus(); }
}

async function read(url, more = {}) {
  const answer = await fetch(url, more);
  if (!answer.ok) { throw new Error(answer.statusText); }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Put parts of another page in place of this one's. */
function show(fresh, names) {
  for (const name of names) {
    document.getElementById(name).replaceChildren(...fresh.getElementById(name).childNodes);
  }
}

/** Send a decision, say what came of it, and read the list again as it was filtered. */
async function decide(form, button) {
  const at = Math.max(place(), 0);
  const body = new URLSearchParams(new FormData(form, button));
  show(await read(form.action, { method: "POST", body }), ["said"]);
  show(await read(location.href), ["kinds", "doubts", "decided"]);
  focusCard(at);
}

/** Look for another record; its buttons appear in the card that asked, wherever it is by now. */
async function find(form) {
  show(await read(`${form.action}?${new URLSearchParams(new FormData(form))}`), ["doubts"]);
  const card = document.querySelector(".another[open]")?.closest(".doubt");
  (card?.querySelector(".another .order button") ?? card?.querySelector("input[type=search]"))?.focus();
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-inline]")) {
    event.preventDefault();
    const done = event.target.method === "get" ? find(event.target) : decide(event.target, event.submitter);
    done.catch(() => location.reload());
  }
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Escape" && isTyping) { event.target.closest(".doubt")?.focus(); }
    return;
  }
  const key = event.key.toLowerCase(), at = place();
  if (key === "j" || key === "k") { focusCard(at < 0 ? 0 : at + (key === "j" ? 1 : -1)); return; }
  if (key === "u") { document.querySelector("[data-undo]")?.click(); return; }
  const chosen = cards()[Math.max(at, 0)]?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!chosen || (at < 0 && key !== "s")) { return; }
  event.preventDefault();
  chosen.click();
  if (key === "s") { chosen.closest("details").querySelector("input[type=search]").focus(); }
});
