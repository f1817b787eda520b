"""Pictures of every page, in both themes, on a desk's screen and a phone's: `make screenshots`.

The pages come from the demo's stack: a simulated portal, fetched whole.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from dashboard.pages import PAGES
from lab import stack
from lab.demo import seed_business
from lab.simulated import Scene
from lab.stack import Stack
from operations import dashboard_users, sessions
from operations.callers import SCOPES

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
RECORDS = {"contacts": 400, "deals": 150, "companies": 80, "calls": 600}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTHS, THEMES, HEIGHT = (1440, 375), ("dark", "light"), 900
VISITOR = "demo@localhost"
SETTLE_MS = 200
NO_SECRETS = {"HUBSPOT_ACCESS_TOKEN": "simulated", "HUBSPOT_CLIENT_SECRET": "simulated-app"}


def take(folder: Path = FOLDER) -> int:
    """Write the pictures; answer how many."""
    browser = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("No picture was taken: this machine has no Chromium (apt install chromium).")
    folder.mkdir(parents=True, exist_ok=True)
    with stack.running(Scene(RECORDS), print, more=NO_SECRETS) as started:
        started.backfill()
        seed_business(started.context)
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]) as running,
        ):
            return _pictures(running.new_page(), started, folder)


def _pictures(page: Page, started: Stack, folder: Path) -> int:
    """Sign in by link and go through the pages; the page of signing in comes first."""
    places = _places(started)
    context = started.context
    dashboard_users.put(context, VISITOR, list(SCOPES), [started.portal.portal_id])
    taken = _picture(page, f"{started.pages_url}/sign-in", folder / "sign-in")
    page.goto(f"{started.pages_url}/sign-in/{sessions.make_link(context, VISITOR)}")
    for name, path in places.items():
        taken += _picture(page, started.pages_url + path, folder / name)
    return taken


def _places(started: Stack) -> dict[str, str]:
    """Answer every page by name, with a record where a path wants one."""
    with started.context.database.transaction() as conn:
        row = conn.execute("select min(hubspot_id) as id from hubspot_deals_raw").fetchone()
    record = {"<object_type>": "deals", "<hubspot_id>": str(row["id"] if row else "")}
    places = {each.name: each.path for each in PAGES} | {"docs": "/docs"}
    for word, value in record.items():
        places = {name: path.replace(word, value) for name, path in places.items()}
    return places


def _picture(page: Page, url: str, stem: Path) -> int:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(url)
        for theme in THEMES:
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=f"{stem}-{theme}-{width}.png", full_page=True)
    return len(WIDTHS) * len(THEMES)


if __name__ == "__main__":
    print(f"{take(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)} pictures")
