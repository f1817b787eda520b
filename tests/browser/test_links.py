"""Links decided in a real browser, by keys alone and by mouse."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.api.conftest import OURS
from tests.browser.conftest import Rows, Visitor


def _decided(rows: Rows) -> dict[str, str | None]:
    found = rows("select from_id, to_id from manual_links")
    return {row["from_id"]: row["to_id"] for row in found}


def test_links_are_decided_by_keys_and_by_mouse(visitor: Visitor, rows: Rows) -> None:
    visitor.open(f"/links?portal={OURS}")
    page = visitor.page
    page.evaluate("window.here = 1")
    cards, keys = page.locator(".doubt"), page.keyboard
    keys.press("j")
    expect(cards.nth(0)).to_be_focused()
    keys.press("a")  # the worst one is accepted
    expect(cards).to_have_count(2)
    expect(cards.nth(0)).to_be_focused()
    keys.press("j")
    keys.press("n")  # the second of the two left is nobody's
    expect(cards).to_have_count(1)
    keys.press("s")
    keys.type("akme")
    keys.press("Enter")
    expect(page.get_by_role("button", name=f"Akme of {OURS} 2")).to_be_focused()
    keys.press("Enter")  # another one
    expect(page.get_by_text("No link waits for you")).to_be_visible()
    assert _decided(rows) == {"t-low": "1", "t-alike": None, "t-near": "2"}
    keys.press("u")
    expect(cards).to_have_count(1)
    page.get_by_role("button", name="Accept Acme").click()
    expect(cards).to_have_count(0)
    assert _decided(rows) == {"t-low": "1", "t-alike": None, "t-near": "1"}
    assert page.evaluate("window.here") == 1, "nothing was loaded again"
