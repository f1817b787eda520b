"""Nothing serious stands in the way of people who see, hear or point differently: axe-core."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.pages import PAGES
from operations.servers import Servers
from tests.browser import axe
from tests.browser.conftest import Visitor
from tests.browser.test_pages import path_of
from tests.uncertain import doubt_teams

Visit = Callable[..., Visitor]
THEME = "theme => { document.documentElement.dataset.theme = theme }"


def test_axe_finds_nothing_serious_on_any_page_in_both_themes(
    visiting: Visit, served: Servers
) -> None:
    program = axe.source()
    doubt_teams(served.database)
    visitor = visiting()
    page, found = visitor.page, {}
    page.emulate_media(reduced_motion="reduce")  # colours in transition have no contrast yet
    for path in [*(path_of(each.path) for each in PAGES), "/docs"]:
        visitor.open(path)
        for theme, rules in (("dark", None), ("light", axe.COLOURS)):
            page.evaluate(THEME, theme)
            if serious := axe.serious(page, program, rules):
                found[f"{path}, {theme}"] = serious
    assert found == {}


def test_axe_finds_what_is_wrong(visiting: Visit) -> None:
    program = axe.source()
    visitor = visiting(signed_in=False)
    visitor.open("/sign-in")
    assert axe.serious(visitor.page, program) == []
    visitor.page.evaluate("document.querySelectorAll('label').forEach((each) => each.remove())")
    visitor.page.evaluate("document.querySelector('form').append(document.createElement('input'))")
    assert any(each.startswith("label:") for each in axe.serious(visitor.page, program))


def test_a_page_is_gone_through_by_keyboard(visiting: Visit) -> None:
    visitor = visiting()
    page = visitor.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
