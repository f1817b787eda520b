"""Every page in a real browser: themes, a phone's width, signing in, live rows, two portals."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from dashboard import words
from dashboard.pages import PAGES
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.browser.conftest import AMOUNTS, Visitor

Visit = Callable[..., Visitor]
PLACES = {"<object_type>": "deals", "<hubspot_id>": "7"}  # what stands in a path
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def path_of(path: str) -> str:
    for name, value in PLACES.items():
        path = path.replace(name, value)
    assert "<" not in path, f"{path}: say in PLACES what stands there"
    return path


def test_every_page_is_whole_in_both_themes_and_on_a_phone(visiting: Visit) -> None:
    visitor = visiting()
    page = visitor.page
    for each in [*(path_of(each.path) for each in PAGES), "/docs"]:
        for width in (1440, 375):
            page.set_viewport_size({"width": width, "height": 900})
            visitor.open(each)
            expect(page.locator("h1")).to_be_visible()
            assert page.evaluate(WIDER) <= 0, f"{each} is wider than {width} px"
            theme = page.evaluate("document.documentElement.dataset.theme")
            page.locator("[data-theme-switch]").click()
            assert page.evaluate("document.documentElement.dataset.theme") != theme
            assert page.locator("main").inner_text().strip()


def test_the_theme_is_kept(visiting: Visit) -> None:
    visitor = visiting()
    visitor.page.locator("[data-theme-switch]").click()
    visitor.open("/sync")
    assert visitor.page.evaluate("document.documentElement.dataset.theme") == "light"


def test_signing_in_and_what_is_refused(visiting: Visit) -> None:
    visitor = visiting(signed_in=False)
    page = visitor.page
    visitor.open(f"/sync?portal={OURS}")
    expect(page).to_have_url(f"{visitor.url}/sign-in?next=/sync?portal%3D{OURS}")
    visitor.sign_in("a wrong password")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    refusal = visitor.complaints.pop()  # Chromium writes a 403 to the console
    assert "403" in refusal and not visitor.complaints
    visitor.sign_in()
    expect(page).to_have_url(f"{visitor.url}/sync?portal={OURS}")
    page.get_by_role("button", name="Sign out").click()
    visitor.open("/sync")
    expect(page).to_have_url(f"{visitor.url}/sign-in?next=/sync")


def test_new_rows_arrive_without_a_reload(visiting: Visit, served: Servers) -> None:
    visitor = visiting()
    visitor.open("/sync")
    page = visitor.page
    row = page.locator("#types tbody tr", has_text="contacts")
    expect(row.locator("td").nth(1)).to_have_text("1")
    page.evaluate("window.here = 1")
    with served.database.transaction() as conn:
        conn.execute(
            "insert into hubspot_contacts_raw (portal_id, hubspot_id, raw_json, updated_at,"
            " fetched_at) values (%s, '2', '{}', now(), now())",
            [OURS],
        )
    expect(row.locator("td").nth(1)).to_have_text("2", timeout=10_000)
    assert page.evaluate("window.here") == 1


def test_two_portals_are_kept_apart(visiting: Visit) -> None:
    visitor = visiting()
    for ours, others in ((OURS, OTHERS), (OTHERS, OURS)):
        visitor.open(f"/?portal={ours}")
        text = visitor.page.locator("main").inner_text()
        assert words.count(AMOUNTS[ours]) in text and words.count(AMOUNTS[others]) not in text


def test_a_dead_letter_is_replayed(visiting: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute(
            "insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason)"
            " values (%s, 'record', 'deals', '7', 'HubSpot refused it')",
            [OURS],
        )
    visitor = visiting()
    visitor.open("/sync")
    page = visitor.page
    page.get_by_role("button", name="Replay dead letter").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("On its way again")
    expect(page.locator("#letters")).to_contain_text("Nothing: every change arrived")
    with served.database.transaction() as conn:
        marks = conn.execute("select object_type, hubspot_id from pending_changes").fetchall()
    assert marks == [{"object_type": "deals", "hubspot_id": "7"}]
