"""Every page in a real browser: whole, quiet and accessible in both themes and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from dashboard import words
from dashboard.analytics_charts import CHARTS
from dashboard.analytics_tabs import ANALYTICS_TABS
from operations.servers import Servers
from tests import entities
from tests.api.conftest import OTHERS, OURS
from tests.browser import axe
from tests.browser.conftest import SHOWN, Visitor
from tests.browser.filling import AMOUNTS, RUN

# What stands in a path.
PLACES = {"<object_type>": "deals", "<hubspot_id>": "7", "<scan_id>": RUN}
# Tabs of Analytics whose parts all stand on the Overview, Support and Web Analytics, too.
ALIKE = {f"/analytics/{name}" for name in ("deals", "marketing", "email", "contacts", "companies")}
QUERY = f"?portal={OURS}&text=deal"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# /docs says every route in the same tags, 6,800 of them: three of each verb stand for all.
FEWER = """() => {
    const seen = {}
    for (const route of document.querySelectorAll("details.route")) {
        const verb = route.querySelector(".verb")?.textContent ?? "a shape"
        seen[verb] = (seen[verb] ?? 0) + 1
        if (seen[verb] > 3) route.remove()
    }
}"""
THEME = "theme => { document.documentElement.dataset.theme = theme }"


def path_of(path: str) -> str:
    for name, value in PLACES.items():
        path = path.replace(name, value)
    assert "<" not in path, f"{path}: say in PLACES what stands there"
    return path


@pytest.fixture
def analysed(served: Servers) -> Iterator[None]:
    """Put records of each entity into our portal, and take them out again."""
    with served.database.transaction() as conn:
        entities.fill(conn, OURS)
    yield
    with served.database.transaction() as conn:
        entities.empty(conn, OURS)


def drawn(page: Page, path: str) -> dict[str, bool]:
    """Answer for each chart of a tab whether it is drawn, with its figures below."""
    tab = next((tab.name for tab in ANALYTICS_TABS if tab.path == path), None)
    shown = {}
    for chart in [chart for chart in CHARTS if chart.tab == tab]:
        card = page.locator(f"#chart-{chart.name}")
        has_chart = chart.kind == "table" or card.locator(".chart").first.is_visible()
        shown[chart.name] = has_chart and card.locator("tbody tr").count() > 0
    return shown


def test_every_page_is_whole_and_accessible_in_both_themes_and_on_a_phone(
    visitor: Visitor, analysed: None
) -> None:
    """One visit for each page: what is wrong with it, by axe and on a phone."""
    program, page = axe.source(), visitor.page
    wrong = {}
    for path in [*(path_of(each.path) for each in SHOWN), "/docs"]:
        visitor.open(path + QUERY)
        expect(page.locator("h1")).to_be_visible()
        assert page.locator("main").inner_text().strip()
        wrong[f"{path}, charts"] = [name for name, there in drawn(page, path).items() if not there]
        page.set_viewport_size({"width": 375, "height": 900})
        too_wide = page.evaluate(WIDER) > 0
        wrong[f"{path}, phone"] = ["wider than 375 px"] if too_wide else []
        page.set_viewport_size({"width": 1440, "height": 900})
        if path in ALIKE:
            continue
        page.evaluate(FEWER)
        page.evaluate(program)
        for theme, rules in (("dark", None), ("light", axe.COLOURS)):
            page.evaluate(THEME, theme)
            wrong[f"{path}, {theme}"] = axe.serious(page, rules)
    assert {where: what for where, what in wrong.items() if what} == {}


def test_a_tab_is_narrowed_to_months(visitor: Visitor, analysed: None) -> None:
    page = visitor.page
    visitor.open(f"/analytics/web?portal={OURS}")
    expect(page.locator("#asof")).to_contain_text("All records of all time")
    with page.expect_navigation():
        page.get_by_label("Months").select_option(label="Free months")
    for label in ("From", "To"):
        with page.expect_navigation():
            page.get_by_label(label, exact=True).fill("2026-02")
    expect(page.locator("#asof")).to_contain_text("Records visited in Feb 2026 (months of UTC)")
    cells = page.locator("#chart-web-pages tbody tr td")
    expect(cells.first).to_have_text("/pricing")
    expect(cells.nth(1)).to_have_text("2")
    file = page.request.get(page.locator("#chart-web-pages a.csv").evaluate("each => each.href"))
    assert [line.split(",")[:2] for line in file.text().splitlines()[1:]] == [["/pricing", "2"]]


def test_axe_finds_what_is_wrong(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/settings")
    page.evaluate(axe.source())
    page.evaluate("document.querySelectorAll('label').forEach((each) => each.remove())")
    page.evaluate("document.querySelector('form').append(document.createElement('input'))")
    assert any(each.startswith("label:") for each in axe.serious(page))


def test_a_page_is_gone_through_by_keyboard_and_keeps_its_theme(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/events")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    for theme in ("light", "dark"):
        page.locator("[data-theme-switch]").click()
        assert _theme(page) == theme
        page.reload()
        assert _theme(page) == theme


def _theme(page: Page) -> str:
    return str(page.evaluate("document.documentElement.dataset.theme"))


def test_signing_in_and_what_is_refused(visitor: Visitor) -> None:
    page = visitor.page
    page.context.clear_cookies()
    visitor.open(f"/events?portal={OURS}")
    expect(page).to_have_url(f"{visitor.url}/sign-in?next=/events?portal%3D{OURS}")
    visitor.sign_in("a wrong password")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    refusal = visitor.complaints.pop()  # Chromium writes a 403 to the console
    assert "403" in refusal and not visitor.complaints
    visitor.sign_in()
    expect(page).to_have_url(f"{visitor.url}/events?portal={OURS}")
    page.get_by_role("button", name="Sign out").click()
    visitor.open("/events")
    expect(page).to_have_url(f"{visitor.url}/sign-in?next=/events")
    visitor.sign_in()
    expect(page).to_have_url(f"{visitor.url}/events")


def test_two_portals_are_kept_apart(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/")
    for ours, others in ((OTHERS, OURS), (OURS, OTHERS)):
        page.get_by_label("Portal").select_option(str(ours))
        expect(page).to_have_url(f"{visitor.url}/?portal={ours}&period=30d&owner=&pipeline=")
        text = page.locator("main").inner_text()
        assert words.count(AMOUNTS[ours]) in text and words.count(AMOUNTS[others]) not in text
