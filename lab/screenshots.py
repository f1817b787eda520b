"""Pictures of every page, in both themes, on a desk's screen and a phone's: `make screenshots`.

The pages come from the demo's stack: a simulated portal, fetched whole and compared, that people
have edited for a while. The pictures are WebP, a third of what PNG takes.
"""

from __future__ import annotations

import base64
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from dashboard.pages import PAGES
from lab import demo_breaks, stack
from lab.demo import CUSTOM, FIRST_PAGE, NO_SECRETS, PAGES_APP, VISITOR, seed_business
from lab.demo_control import Control
from lab.simulated import Scene
from lab.stack import Stack
from operations import access_tokens, dashboard_users, extractions, scan_list, sessions
from operations.callers import SCOPES
from operations.extractions import Order
from operations.servers import Servers
from workers import polling
from workers.verify import verify

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
RECORDS = {"contacts": 1_000, "deals": 400, "companies": 150, "calls": 1_500}
EDITS = {"count": 300, "over": 150, "kinds": ["update", "create", "archive", "associate"]}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTHS, THEMES, HEIGHT, TALLEST = (1440, 375), ("dark", "light"), 900, 1_800
TRIES = 5
QUALITY = 60  # of WebP: letters stay sharp
SIZE = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
THEME = "theme => { document.documentElement.dataset.theme = theme }"
LETTER = """
    insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason)
    select portal_id, 'record', 'deals', min(hubspot_id),
           'HubSpot answers 403: the app lacks the scope crm.objects.deals.read'
      from hubspot_deals_raw
     group by portal_id
"""


def take(folder: Path = FOLDER) -> list[Path]:
    """Write the pictures; answer them."""
    browser = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("No picture was taken: this machine has no Chromium (apt install chromium).")
    folder.mkdir(parents=True, exist_ok=True)
    control = Control()
    more = {**NO_SECRETS, **control.environment}
    scene = Scene(RECORDS, custom=CUSTOM)
    with (
        stack.running(scene, print, more=more, pages=PAGES_APP) as started,
        control.serving(started),
    ):
        _live_a_while(started)
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]) as running,
        ):
            return _pictures(running.new_page(), started, folder)


def _live_a_while(started: Stack) -> None:
    """Fetch everything, let people edit, compare, and leave one of everything that pages show."""
    started.backfill()
    seed_business(started.context)
    started.hubspot.call("edits", **EDITS)
    started.hubspot.wait_until_quiet(started.check)
    started.wait_until_applied(started.check)
    verify(started.context, started.portal, patience=0)
    polling.poll(started.context, started.portal)
    context = started.context
    servers = Servers(context.settings, context.server, context.database)
    with context.database.transaction() as conn:
        conn.execute(LETTER)
    portal_id = started.portal.portal_id
    dashboard_users.put(servers, VISITOR, list(SCOPES), [portal_id])
    access_tokens.make(servers, "reports", ["metrics:read", "records:read"], [portal_id])
    extractions.start(servers, Order(portal_id, ("calls",)), VISITOR)
    for scan in scan_list.scans_of(servers, portal_id):
        if scan["state"] in ("pending", "running"):
            scan_list.move(servers, portal_id, scan["scan_id"], "pause")


def _pictures(page: Page, started: Stack, folder: Path) -> list[Path]:
    """Sign in by link and go through the pages; the page of signing in comes first."""
    context = started.context
    wire, url = page.context.new_cdp_session(page), started.pages_url
    page.emulate_media(reduced_motion="reduce")
    taken = _picture(page, wire, f"{url}/sign-in", folder / "sign-in")
    page.goto(f"{url}/sign-in/{sessions.make_link(context, VISITOR)}")
    for name, path in _places(started).items():
        taken += _picture(page, wire, url + path, folder / name)
    return taken


def _places(started: Stack) -> dict[str, str]:
    """Answer every page by name, with a record and a run where a path wants one."""
    with started.context.database.transaction() as conn:
        deal = conn.execute(
            "select hubspot_id from property_history where object_type = 'deals'"
            " group by hubspot_id order by count(*) desc, hubspot_id limit 1"
        ).fetchone()
        scan = conn.execute(
            "select scan_id from scans order by jsonb_array_length(diary) desc, records desc"
            " limit 1"
        ).fetchone()
    words = {"<object_type>": "deals", "<hubspot_id>": _of(deal), "<scan_id>": _of(scan)}
    places = {each.name: each.path for each in (*PAGES, demo_breaks.PAGE)} | {"docs": "/docs"}
    places |= {"sales": FIRST_PAGE, "search": f"{places['search']}?text=novak"}
    for word, value in words.items():
        places = {name: path.replace(word, value) for name, path in places.items()}
    return places


def _of(row: Mapping[str, Any] | None) -> str:
    assert row is not None
    return str(next(iter(row.values())))


def _picture(page: Page, wire: CDPSession, url: str, stem: Path) -> list[Path]:
    taken = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        _open(page, url)
        for theme in THEMES:
            page.evaluate(THEME, theme)
            taken.append(stem.with_name(f"{stem.name}-{theme}-{width}.webp"))
            taken[-1].write_bytes(_shot(page, wire))
    return taken


def _open(page: Page, url: str) -> None:
    """Open a page; on a busy machine it may take too long once and say so."""
    for _ in range(TRIES):
        answer = page.goto(url)
        if answer is not None and answer.ok:
            return
    sys.exit(f"No picture was taken of {url}: it was not shown in {TRIES} tries.")


def _shot(page: Page, wire: CDPSession) -> bytes:
    """Take the whole page, down to a limit."""
    wide, tall = page.evaluate(SIZE)
    clip = {"x": 0, "y": 0, "width": wide, "height": min(tall, TALLEST), "scale": 1}
    shape = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip}
    return base64.b64decode(wire.send("Page.captureScreenshot", shape)["data"])


if __name__ == "__main__":
    pictures = take(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
    total = sum(each.stat().st_size for each in pictures)
    print(f"{len(pictures)} pictures, {total / 1e6:.1f} MB")
