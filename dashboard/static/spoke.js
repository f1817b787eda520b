// Live parts, the theme, and filters that apply at once. Every page works without it.
"use strict";

const PART = "[data-part][id]";

/** Bring a table's rows up to date by their keys. A row that stays is not made again, so focus and
 * selection stay; the row under the pointer, else the first one in sight, stays at its place. */
function bringRows(body, fresh) {
  const kept = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const top = body.closest("table").tHead?.getBoundingClientRect().top ?? 0;
  const anchor = body.querySelector("tr:hover, tr:focus-within")
    ?? (top < 0 ? [...body.rows].find((row) => row.getBoundingClientRect().bottom > 0) : null);
  const before = anchor?.getBoundingClientRect().top;
  [...fresh.rows].forEach((next, place) => {
    const row = kept.get(next.dataset.key);
    if (row && row.innerHTML !== next.innerHTML) { bringCells(row, next); }
    if (!row) { next.classList.add("came"); }
    kept.delete(next.dataset.key);
    if (body.rows[place] !== (row ?? next)) { body.insertBefore(row ?? next, body.rows[place] ?? null); }
  });
  for (const gone of kept.values()) { gone.remove(); }
  if (anchor?.isConnected) { scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" }); }
}

function bringCells(row, next) {
  [...next.cells].forEach((cell, place) => {
    const old = row.cells[place];
    if (old.innerHTML === cell.innerHTML) { return; }
    cell.classList.add("came");
    old.replaceWith(cell);
  });
}

/** Read the page again and replace the parts that changed: no reload, nothing jumps. */
async function refresh() {
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  if (!answer.ok || answer.redirected) { return false; }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const time = fresh.querySelector("[data-asof]");
  if (time) { // first of all: a part is not drawn again for its time alone
    for (const each of document.querySelectorAll("[data-asof]")) { each.textContent = time.textContent; }
  }
  for (const part of document.querySelectorAll(PART)) {
    const next = fresh.getElementById(part.id);
    const [rows, newer] = [part, next].map((each) => each?.querySelector("tbody[data-rows]"));
    if (rows && newer) { bringRows(rows, newer); continue; }
    const isBusy = part.contains(document.activeElement) || part.querySelector("details[open]");
    if (next && next.innerHTML !== part.innerHTML && !isBusy) { part.innerHTML = next.innerHTML; }
  }
  return true;
}

function keepFresh(seconds) {
  let failures = 0;
  const look = async () => {
    if (!document.hidden) {
      try { failures = (await refresh()) ? 0 : failures + 1; } catch (error) { failures += 1; }
      document.body.classList.toggle("stale", failures > 1);
    }
    setTimeout(look, seconds * 1000 * Math.min(2 ** failures, 20));
  };
  setTimeout(look, seconds * 1000);
}

function switchTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch (error) { /* not kept, then */ }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) { switchTheme(); }
});
/** After a form the same page stays where it was. */
function returnToSpot() {
  let kept = null;
  try { kept = sessionStorage.getItem("spot"); sessionStorage.removeItem("spot"); } catch (error) { return; }
  const [height, path] = (kept ?? "").split(" ");
  if (path === location.pathname) { scrollTo({ top: Number(height), behavior: "instant" }); }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-inline]")) {
    document.body.classList.add("busy");
    try { sessionStorage.setItem("spot", `${scrollY} ${location.pathname}`); } catch (error) { /* not kept */ }
  }
});
window.addEventListener("pageshow", () => document.body.classList.remove("busy"));
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form) { form.requestSubmit(); }
});
returnToSpot();
for (const row of document.querySelectorAll(".side, .tabs.phone")) { // each is one row on a phone
  const current = row.querySelector("[aria-current], .open");
  if (current) { row.scrollLeft = current.offsetLeft - row.offsetLeft - row.clientWidth / 2; }
}
if (document.body.dataset.live) { keepFresh(Number(document.body.dataset.live)); }
