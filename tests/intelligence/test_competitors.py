"""Competitors are found where a text means them, and nowhere else."""

from __future__ import annotations

import pytest

from intelligence.competitors import Competitor, Names, is_one_slip, is_ordinary
from lab.benchmarks.intelligence.competitors import COMPETITORS, GOAL, judged

NAMES = Names.of(COMPETITORS)
# One sentence for each rule, and one for each of its limits.
SAID = {
    "Zoho's price, and Zoho'd again": ["Zoho"],
    "lost to zoho:price": ["Zoho"],
    "xzoho, zohox, me@zoho.com": [],
    "Mueller und Soehne war guenstiger": ["Müller & Söhne"],
    "MÜLLER&SÖHNE": ["Müller & Söhne"],
    "Frau Müller und ihre Söhne": [],
    "Pipdrive, Salesfroce and Pipedrivve": ["Pipedrive", "Salesforce"],
    "pipe drive shaft": [],
    "went with monday, price": ["Monday.com"],
    "We meet on Monday, they close at 5": [],
    "they chose monday.com on Monday": ["Monday.com"],
    "Apple and Salesforce are in": ["Apple", "Salesforce"],
    "apple pie, Big Apple": [],
    "Their Apple pie": [],
    "uses copper": ["Copper"],
    "uses copper pipes": [],
    "Close CRM": ["Close"],
    "Close plan agreed": [],
    "SAP house, asap": ["SAP"],
    "Boston Dynamics called": [],
    "our sales force, not Salesforce": ["Salesforce"],
    "": [],
}


@pytest.mark.parametrize("text", SAID)
def test_a_name_is_told_from_the_same_word(text: str) -> None:
    assert NAMES.in_text(text) == SAID[text]


def test_sentences_that_the_rules_were_not_made_with_are_read_rightly() -> None:
    found = judged(NAMES)
    assert min(found.precision, found.recall) >= GOAL
    assert judged(None).precision < GOAL, "the sentences have traps"


def test_in_a_property_of_competitors_a_word_is_a_name() -> None:
    assert NAMES.in_value("close;monday;Other") == ["Close", "Monday.com"]
    assert NAMES.in_text("close;monday;Other") == []


def test_no_competitors_are_found_where_none_is_looked_for() -> None:
    assert Names.of([]).in_text("Zoho") == []
    assert Names.of([Competitor("++")]).in_text("a ++ b") == []


def test_one_slip_is_forgiven_and_no_ending() -> None:
    slips = ("salesfroce", "salesforrce", "salesfrce", "salesfarce")
    assert all(is_one_slip(slip, "salesforce") for slip in slips)
    others = ("salesforce", "salesforces", "salesforc", "falesforce", "salesfroec", "salesmen")
    assert not any(is_one_slip(other, "salesforce") for other in others)
    assert is_ordinary("Sales Force") and not is_ordinary("Zoho")
