"""A real Chromium before pages that are served on this machine, with records of two portals.

The tests of a file share one server and one window: each leaves portals and pages as it found them,
or uses records of its own. Without a Chromium nothing here can be tested, and the run says so at
its end.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from api import rest
from dashboard import site
from dashboard.pages import PAGES
from db import portals
from db.connect import Database
from db.portals import Registration
from lab import demo_breaks, embedded, ownership
from lab.demo_control import ADDRESS, Control
from operations import dashboard_users
from operations.callers import SCOPES
from operations.servers import Servers
from settings import Settings
from tests.api.conftest import CHEAP, KEY, OTHERS, OURS
from tests.browser import filling
from tests.databases import copy_of

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EMAIL, PASSWORD = "ann@example.com", "a long password indeed"
SHOWN = (*PAGES, demo_breaks.PAGE)  # the demo's page, too


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
def serving(servers: Servers, control: Control) -> Iterator[str]:
    """Serve API and pages on this machine, the demo's page among them, and answer where."""
    app = rest.create(servers)
    site.register(app, servers, SHOWN, (demo_breaks.FORM,))
    app.register_blueprint(demo_breaks.templates())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch, control.answering():
        patch.setenv(ADDRESS, control.environment[ADDRESS])
        yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def served(servers: embedded.Servers, template: str) -> Iterator[Servers]:
    """Give a database and a Redis with two portals, for all tests of a file."""
    with (
        copy_of(servers.database_url, template) as url,
        Database(url) as database,
        redis.Redis.from_url(servers.redis_url) as server,
    ):
        ownership.flush(server)
        with database.transaction() as conn:
            for portal_id in (OURS, OTHERS):
                registration = Registration("UTC", "EUR", f"Portal {portal_id}")
                portals.put(conn, portal_id, registration)
        filling.fill(database)
        settings = Settings(database_url=url, redis_url=servers.redis_url, encryption_key=KEY)
        yield Servers(settings, server, database, hash_cost=CHEAP)
        ownership.flush(server)


@pytest.fixture(scope="module")
def visitor_of_file(browser: Browser, served: Servers) -> Iterator[Visitor]:
    """Give the window of a file, of a person who sees both portals and has signed in."""
    dashboard_users.put(served, EMAIL, tuple(SCOPES), (OURS, OTHERS), PASSWORD)
    with serving(served, Control()) as url:
        window = browser.new_context(viewport={"width": 1440, "height": 900})
        window.set_default_timeout(20_000)
        visitor = Visitor(window.new_page(), url)
        visitor.page.emulate_media(reduced_motion="reduce")  # no colour is seen in transition
        visitor.watch()
        visitor.open("/sign-in")
        visitor.sign_in()
        visitor.page.wait_for_url(f"{url}/")
        yield visitor
        window.close()


@pytest.fixture
def visitor(visitor_of_file: Visitor) -> Iterator[Visitor]:
    """Give the window, which complains of nothing by the end of the test."""
    visitor_of_file.page.set_viewport_size({"width": 1440, "height": 900})
    visitor_of_file.complaints.clear()
    yield visitor_of_file
    assert visitor_of_file.complaints == []


Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def rows(served: Servers) -> Rows:
    """Run a statement, get its rows."""

    def run(query: str, *parameters: Any) -> list[dict[str, Any]]:
        with served.database.transaction() as conn:
            cursor = conn.execute(query.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    return run
