"""First paint: how long a browser takes from asking for a page to showing it with all its data.

Pages are made whole on the server, so the later of two moments counts: the first contentful paint,
and the document parsed to its end.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from statistics import median

from playwright.sync_api import Page, sync_playwright

from lab.screenshots import CHROMIUMS

VISITS, REFUSED_MS = 5, 30_000.0
# Watched in the page itself: what playwright waits with needs `eval`, which our pages forbid.
PAINTED = """
() => new Promise((tell) => {
    new PerformanceObserver((seen) => {
        const [paint] = seen.getEntriesByName('first-contentful-paint');
        const [loaded] = performance.getEntriesByType('navigation');
        if (paint) tell(Math.max(paint.startTime, loaded.domContentLoadedEventEnd));
    }).observe({type: 'paint', buffered: true});
})
"""


def paints(url: str, link: str, paths: Mapping[str, str]) -> dict[str, float]:
    """Answer the median of some visits of each page, in milliseconds, after one that warms up.

    Raises RuntimeError on a machine without a Chromium.
    """
    browser = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    if browser is None:
        raise RuntimeError("No page was painted: this machine has no Chromium")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]) as running,
    ):
        page = running.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url + link)
        return {name: _median(page, url + path) for name, path in paths.items()}


def _median(page: Page, url: str) -> float:
    return median([_visit(page, url) for _ in range(VISITS + 1)][1:])


def _visit(page: Page, url: str) -> float:
    answer = page.goto(url)
    if answer is None or not answer.ok:  # a miss, which leaves the other figures standing
        print(f"{url} answered {answer and answer.status}", file=sys.stderr)
        return REFUSED_MS
    found: float = page.evaluate(PAINTED)
    return found
