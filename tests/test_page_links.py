"""Every link between the pages leads to a file that is there, and to a heading that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


def dead(page: Path, text: str) -> Iterator[str]:
    """Yield the links of a page that lead nowhere."""
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", text):
        if target.startswith("http"):
            continue
        there = page.parent / target if target else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield f"{page.name}: {target}#{anchor}"


def anchors(page: Path) -> set[str]:
    """Answer a page's headings as GitHub spells them in addresses."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


def test_every_link_leads_somewhere() -> None:
    assert len(PAGES) > 10
    assert [each for page in PAGES for each in dead(page, page.read_text())] == []


def test_a_dead_link_would_be_seen() -> None:
    text = "[a](running.md) [b](no.md) [c](running.md#redis) [d](running.md#no) [e](#what-it-is)"
    found = list(dead(ROOT / "docs" / "api.md", text))
    assert found == ["api.md: no.md#", "api.md: running.md#no", "api.md: #what-it-is"]
