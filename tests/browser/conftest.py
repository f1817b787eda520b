"""A real Chromium before pages that are served on this machine, with records of two portals.

Without a Chromium nothing here can be tested, and the run says so at its end.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from api import rest
from dashboard import site
from operations import dashboard_users
from operations.callers import SCOPES
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, served

__all__ = ["served"]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EMAIL, PASSWORD = "ann@example.com", "a long password indeed"
AMOUNTS = {OURS: 1_234, OTHERS: 98_765}  # of the deal that each portal has won
RECORDS = """
    insert into hubspot_contacts_raw (portal_id, hubspot_id, email, raw_json, updated_at,
        fetched_at)
    values (%(portal)s, '1', %(email)s, jsonb_build_object('id', '1', 'properties',
        jsonb_build_object('email', %(email)s::text)), now(), now())
"""
DEALS = """
    insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, dealstage, closedate,
        createdate, amount, raw_json, updated_at, fetched_at)
    values (%(portal)s, '7', %(name)s, 'closedwon', now() - interval '2 days',
        now() - interval '9 days', %(amount)s, '{"id": "7", "properties": {}}', now(), now())
"""


def chromium() -> str | None:
    """Answer where a Chromium is; None on a machine without one."""
    return next((found for name in CHROMIUMS if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give one browser for the run of this process."""
    found = chromium()
    if found is None:
        pytest.skip("NOT TESTED: no page was opened, for this machine has no Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Visitor:
    """A browser's window, with everything that it complained of or asked of others."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Listen from now on."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._see)

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} at {self.page.url}")

    def _see(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.complaints.append(f"asked {request.url}")

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, password: str = PASSWORD) -> None:
        self.page.get_by_label("E-mail").fill(EMAIL)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()


@contextmanager
def serving(servers: Servers) -> Iterator[str]:
    """Serve API and pages on this machine, and answer where."""
    app = rest.create(servers)
    site.register(app, servers)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def pages_url(served: Servers) -> Iterator[str]:
    """Give the pages of two portals with a contact and a deal each, and one person who sees
    both."""
    with served.database.transaction() as conn:
        for portal, amount in AMOUNTS.items():
            conn.execute(RECORDS, {"portal": portal, "email": f"contact-of-{portal}@example.com"})
            deal = {"portal": portal, "name": f"Deal of {portal}", "amount": amount}
            conn.execute(DEALS, deal)
    dashboard_users.put(served, EMAIL, tuple(SCOPES), (OURS, OTHERS), PASSWORD)
    with serving(served) as url:
        yield url


@pytest.fixture
def visiting(browser: Browser, pages_url: str) -> Iterator[Callable[..., Visitor]]:
    """Open a window that complains of nothing by the end of the test."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def visit(width: int = 1440, signed_in: bool = True) -> Visitor:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        visitor = Visitor(contexts[-1].new_page(), pages_url)
        visitor.watch()
        visitors.append(visitor)
        if signed_in:
            visitor.open("/sign-in")
            visitor.sign_in()
            visitor.page.wait_for_url(f"{pages_url}/")
        return visitor

    yield visit
    for context in contexts:
        context.close()
    assert [each for visitor in visitors for each in visitor.complaints] == []
