"""Every control of the pages, used as people use it: filters, orders, files, live rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard import words
from tests.api.conftest import OURS
from tests.browser.conftest import Rows, Visitor
from tests.browser.filling import AMOUNTS, RUN

HERE = f"?portal={OURS}"
SOLD = words.count(AMOUNTS[OURS])
TODAY = datetime.now(UTC).date()


def asked(page: Page) -> dict[str, str]:
    """Answer what the page's URL asks for."""
    return {name: found[0] for name, found in parse_qs(urlsplit(page.url).query).items()}


def card(page: Page, title: str) -> Locator:
    """Answer the card of a figure."""
    return page.locator("article", has=page.get_by_role("heading", name=title, exact=True))


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"Period": "All time"}, words.count(AMOUNTS[OURS] + 17)),
        ({"Period": "All time", "Owner": "Owen"}, "17"),
        ({"Period": "All time", "Pipeline": "Others"}, "17"),
        ({"Period": "Last 7 days"}, SOLD),
    ],
    ids=lambda each: each if isinstance(each, str) else "+".join(each.values()),
)
def test_sales_are_filtered(visitor: Visitor, filters: dict[str, str], shown: str) -> None:
    visitor.open(f"/{HERE}")
    page = visitor.page
    for label, choice in filters.items():
        with page.expect_navigation():
            page.locator(".filters").get_by_label(label).select_option(label=choice)
    expect(card(page, "Total sales").locator(".figure")).to_have_text(shown)
    assert len(asked(page)) > len(filters)


def test_free_dates_and_a_meaning(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open(f"/{HERE}&period=free")
    for label, days in (("From", 70), ("To", 50)):
        with page.expect_navigation():
            page.get_by_label(label, exact=True).fill(str(TODAY - timedelta(days=days)))
            page.keyboard.press("Tab")
    total = card(page, "Total sales")
    expect(total.locator(".figure")).to_have_text("17")
    total.focus()
    expect(total.get_by_role("tooltip")).to_contain_text("Usually")
    page.get_by_role("button", name="What Calls to close means").focus()
    expect(page.locator("#about-call-to-close")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#table-leaderboard").get_by_role("link", name="CSV").click()
    assert b"Owen" in download.value.path().read_bytes()


def test_another_day_of_the_past(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open(f"/past{HERE}")
    with page.expect_navigation():
        page.get_by_label("Day", exact=True).fill(str(TODAY - timedelta(days=4)))
        page.keyboard.press("Tab")
    assert asked(page)["day"] == str(TODAY - timedelta(days=4))
    expect(page.get_by_role("heading", name="Stage by stage")).to_be_visible()
    page.get_by_role("link", name="A week ago").click()
    assert asked(page)["day"] == str(TODAY - timedelta(days=7))
    with page.expect_navigation():
        page.get_by_label("Owner").select_option(label="Owen")
    assert asked(page)["owner"] == "o2" and asked(page)["day"] == str(TODAY - timedelta(days=7))


def test_records_are_chosen_filtered_sorted_and_taken_home(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open(f"/records{HERE}")
    page.get_by_role("link", name="Deals").click()
    page.get_by_label("Property").select_option("amount")
    page.locator("select[name=operator]").select_option("lt")
    page.get_by_label("Value").fill("100")
    page.get_by_role("button", name="Add filter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter").click()
    page.get_by_role("link", name="Amount").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("Amount")
    page.locator("summary", has_text="Columns").click()
    page.locator(".choices").get_by_label("Worth").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("thead")).to_contain_text("Worth")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert [line.split(",")[:2] for line in download.value.path().read_text().splitlines()] == [
        ["id", "amount"],
        ["8", "17"],
        ["7", str(AMOUNTS[OURS])],
    ]
    page.get_by_role("searchbox", name="Search records").fill("contact-of")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=f"contact-of-{OURS}").click()
    page.get_by_role("button", name="Read again from HubSpot").click()
    said(page, "Marked")


def test_events_and_runs_are_searched(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open(f"/events{HERE}")
    with page.expect_navigation():
        page.get_by_label("Kind").select_option("creation")
    expect(page.locator("#events tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Fetch deals 8 again").click()
    said(page, "fetched again within seconds")
    assert asked(page)["kind"] == "creation", "the search stays"
    visitor.open(f"/runs{HERE}")
    with page.expect_navigation():
        page.get_by_label("State").select_option("in trouble")
    expect(page.get_by_text("No run fits these filters")).to_be_visible()
    visitor.open(f"/runs{HERE}&kind=backfill&type=deals&state=completed")
    page.get_by_role("link", name="Backfill of deals").click()
    expect(page.locator("#log")).to_contain_text("Completed. 2 records")
    assert RUN in page.url


def test_a_scan_is_launched_paused_resumed_and_cancelled(visitor: Visitor, rows: Rows) -> None:
    page = visitor.page
    visitor.open(f"/sync{HERE}")
    page.locator("#scans-head").locator("xpath=../..").get_by_label("Type").select_option("tickets")
    page.get_by_role("button", name="Launch").click()
    said(page, "waits for a worker")
    for action in ("Pause", "Resume", "Cancel"):
        button = page.get_by_role("button", name=f"{action} the backfill of tickets")
        button.scroll_into_view_if_needed()
        spot = page.evaluate("scrollY")
        button.click()
        said(page, "Done.")
        assert page.evaluate("scrollY") == spot > 0, "the page stays where it was"
    [scan] = rows("select state from scans where object_type = 'tickets'")
    assert scan["state"] == "cancelled"
    page.get_by_role("link", name="Backfill of tickets").click()
    log = page.locator("#log")
    for words_ in ("Cancelled", "ann@example.com: resume", "Paused", "waits for a worker"):
        expect(log).to_contain_text(words_)


def test_new_rows_arrive_without_a_reload(visitor: Visitor, rows: Rows) -> None:
    visitor.open(f"/sync{HERE}")
    page = visitor.page
    row = page.locator("#types tbody tr", has_text="contacts")
    expect(row.locator("td").nth(1)).to_have_text("2")
    page.evaluate("window.here = 1")
    rows(
        "insert into hubspot_contacts_raw (portal_id, hubspot_id, raw_json, updated_at,"
        " fetched_at) values (%s, '3', '{}', now(), now())",
        OURS,
    )
    expect(row.locator("td").nth(1)).to_have_text("3", timeout=10_000)
    assert page.evaluate("window.here") == 1


def test_records_arrive_and_change_without_a_jump(visitor: Visitor, rows: Rows) -> None:
    page = visitor.page
    visitor.open(f"/records{HERE}&type=deals&column=amount")
    assert page.evaluate("document.body.dataset.live") == "5"
    page.set_viewport_size({"width": 1440, "height": 300})  # two rows are more than its height
    old = page.locator("tr[data-key='8']")
    old.hover()
    stood = old.bounding_box()
    page.evaluate("document.querySelector('tr[data-key=\\'8\\'] a').focus()")
    rows(
        "insert into hubspot_deals_raw select (jsonb_populate_record(deals, jsonb_build_object("
        "'hubspot_id', '9', 'createdate', now()))).* from hubspot_deals_raw as deals"
        " where portal_id = %s and hubspot_id = '7'",
        OURS,
    )
    rows(
        "update hubspot_deals_raw set amount = 4321, raw_json = jsonb_set(raw_json,"
        " '{properties,amount}', '\"4321\"') where portal_id = %s and hubspot_id = '8'",
        OURS,
    )
    page.evaluate("refresh()")
    expect(page.locator("tbody tr").first).to_have_attribute("data-key", "9")
    expect(old).to_contain_text("4\u202f321")
    assert page.evaluate("document.activeElement.closest('tr').dataset.key") == "8"
    assert old.bounding_box() == stood, "the row under the pointer stays under it"
    rows("delete from hubspot_deals_raw where portal_id = %s and hubspot_id = '9'", OURS)
    page.evaluate("refresh()")
    expect(page.locator("tr[data-key='9']")).to_have_count(0)
    visitor.open(f"/records/deals/8{HERE}")
    rows(
        "update hubspot_deals_raw set amount = 17, raw_json = jsonb_set(raw_json,"
        " '{properties,amount}', '\"17\"') where portal_id = %s and hubspot_id = '8'",
        OURS,
    )
    page.evaluate("refresh()")
    expect(page.locator("#properties")).to_contain_text("17")


def test_a_dead_letter_is_replayed(visitor: Visitor, rows: Rows) -> None:
    rows(
        "insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason)"
        " values (%s, 'record', 'deals', '77', 'HubSpot refused it')",
        OURS,
    )
    visitor.open(f"/sync{HERE}")
    page = visitor.page
    page.get_by_role("button", name="Replay dead letter").focus()
    page.keyboard.press("Enter")
    said(page, "On its way again")
    expect(page.locator("#letters")).to_contain_text("Nothing: every change arrived")
    assert len(rows("select 1 as here from pending_changes where hubspot_id = '77'")) == 1


def test_settings_portals_and_tokens(visitor: Visitor, rows: Rows) -> None:
    page = visitor.page
    visitor.open(f"/settings{HERE}")
    page.get_by_label("A deal's value").fill("worth")
    page.get_by_role("button", name="Save").click()
    said(page, "added up again")
    expect(page.get_by_label("A deal's value")).to_have_value("worth")
    page.get_by_label("A deal's value").fill("")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("textbox", name="Domain").fill("example.org")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("button", name="Take out example.org")).to_be_visible()
    visitor.open(f"/portals{HERE}")
    ours = page.locator(f"section[aria-labelledby=portal-{OURS}]")
    ours.get_by_label("Requests per 10 s").fill("77")
    ours.get_by_role("button", name="Set").click()
    said(page, "Changed.")
    assert rows("select rate_limit from portals where portal_id = %s", OURS)[0]["rate_limit"] == 77
    visitor.open(f"/tokens{HERE}")
    page.get_by_label("Name").fill("reports")
    page.get_by_label("metrics:read").check()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".secret")).to_contain_text("spk_")
    visitor.open(f"/tokens{HERE}")
    page.get_by_role("button", name="Revoke reports").click()
    said(page, "Revoked.")


def test_breaking_without_a_stack_says_so(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open(f"/break{HERE}")
    page.get_by_role("button", name="Freeze Redis").click()
    said(page, "Let it heal first")
