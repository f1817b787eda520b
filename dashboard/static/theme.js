// Before the page is drawn, so that it does not flash in the other theme.
(function () {
  var kept = null;
  try { kept = localStorage.getItem("theme"); } catch (error) { /* storage may be forbidden */ }
  if (kept === "light" || kept === "dark") { document.documentElement.dataset.theme = kept; }
})();
