"""One company per team, found by name with care, and what its deals are worth: each counted
once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from .conftest import Crm

LINK = "company_id, link_rule"


@pytest.mark.parametrize(
    ("company", "team", "rule", "score"),
    [
        pytest.param("Acme", "Acme", "exact", "1.000", id="same"),
        pytest.param(
            "ACME Inc.", "Team Acme", "exact", "1.000", id="case, legal form, the word team"
        ),
        pytest.param("Müller GmbH & Co.", "Muller", "exact", "1.000", id="umlaut"),
        pytest.param("Acme S.A.", "Acme, LLC", "exact", "1.000", id="dotted legal form"),
        pytest.param("Rockets Acme", "Acme Rockets", "sound", "0.950", id="another order"),
        pytest.param(
            "Acme Intl Tech",
            "Acme International Technologies",
            "exact",
            "1.000",
            id="abbreviations",
        ),
        pytest.param("Mueller GmbH & Co. KG", "Müller", "exact", "1.000", id="umlaut written out"),
        pytest.param(
            "The Acme Corporation", "Acme PLC", "exact", "1.000", id="further legal forms, the"
        ),
        pytest.param("Acme Rockets", "Acme", None, None, id="one word within company"),
        pytest.param("Acme", "The Acme Rockets Team", None, None, id="one word within team"),
        pytest.param("Acme", "Acme Sales", None, None, id="one word and a generic one"),
        pytest.param("Global Solutions", "Apex Global Solutions", None, None, id="generic words"),
        pytest.param(
            "Nova Energy", "Nova Energy Sales", "contained", "0.858", id="generic remainder"
        ),
        pytest.param("Nova Energy Foods", "Nova Foods", None, None, id="words apart"),
        pytest.param(
            "New York Times", "York Times", "contained", "0.901", id="not from the first word on"
        ),
        pytest.param(
            "Northwind Traders",
            "Northwint Traders",
            "sound",
            "0.810",
            id="alike in sound and spelling",
        ),
        pytest.param("Jonson", "Johnson", "sound", "0.600", id="half of the spelling"),
        pytest.param(
            "Contoso Holding Group",
            "Xontoso Holding Group",
            "spelling",
            "0.740",
            id="alike in spelling",
        ),
        pytest.param(
            "Northwi", "Northwix", "spelling", "0.740", id="just alike enough in spelling"
        ),
        pytest.param("Northwix", "Northwiy", None, None, id="not quite alike enough"),
        pytest.param("Wahiou Eab", "Wahiou Eak", "spelling", "0.735", id="but for one letter"),
        pytest.param("Wahiou Eab", "Wahiou Eko", None, None, id="just not alike enough"),
        pytest.param("Tri-State Foods", "Tristate Foods", "spelling", "0.950", id="a blank"),
        pytest.param(
            "Eastern Freight Lines", "Western Freight Lines", None, None, id="a word of its own"
        ),
        pytest.param("TU Berlin", "FU Berlin", None, None, id="short words that differ"),
        pytest.param(
            "Digital Marketing Agency", "Digital Marketing Agency", None, None, id="generic words"
        ),
        pytest.param("Fund II", "Fund 2", "exact", "1.000", id="roman numerals"),
        pytest.param("Acme Fund II", "Acme Fund III", None, None, id="other numerals"),
        pytest.param("Studio 54 Dance", "Studio 45 Dance", None, None, id="other digits"),
        pytest.param("Acme Rockets 2", "Acme Rockets", None, None, id="digits in one only"),
        pytest.param("Baer Optik", "Bar Optik", "sound", "0.681", id="no umlaut on either side"),
        pytest.param("Bär Optik", "Baer Optik", "exact", "1.000", id="ae for an umlaut"),
        pytest.param("Bär Optik", "Bar Optik", "exact", "1.000", id="umlaut without dots"),
        pytest.param("Grupo Sol, S.A. de C.V.", "Grupo Sol", "exact", "1.000", id="S.A. de C.V."),
        pytest.param("Budex Sp. z o.o.", "Zespół Budex", "exact", "1.000", id="Polish"),
        pytest.param("\u041e\u041e\u041e Ромашка", "РОМАШКА", "exact", "1.000", id="Cyrillic"),
        pytest.param("O'Donnell & Co", "ODonnell", "exact", "1.000", id="apostrophe"),
        pytest.param("I.B.M. Corp.", "IBM", "exact", "1.000", id="initials with and without dots"),
        pytest.param(
            "Acme Rockets", "Acme Rock", None, None, id="team within company, but not as words"
        ),
        pytest.param(
            "Acme Rock", "Acme Rockets", None, None, id="company within team, but not as words"
        ),
        pytest.param(
            "Saffron Media", "Saffron Mines", None, None, id="alike in the sound of one word only"
        ),
        pytest.param("株式会社山", "株式会社川", None, None, id="a script without sound"),
        pytest.param("Acmex Rockets", "Acme", None, None, id="not as a whole word"),
        pytest.param("International Business Machines", "IBM", None, None, id="initials"),
        pytest.param(
            "IBM", "International Business Machines Corp.", None, None, id="initials of the team"
        ),
        pytest.param("IBM Corp.", "I.B.M. Germany", None, None, id="initials with dots"),
        pytest.param("Robert Co", "Rupert Ltd", None, None, id="alike in sound only"),
        pytest.param("Acme", "Zenith", None, None, id="nothing alike"),
        pytest.param("Unknown", "Unknown", None, None, id="unknown"),
        pytest.param("", "", None, None, id="empty"),
        pytest.param("  ", " ", None, None, id="blank"),
        pytest.param("X", "X", None, None, id="one letter"),
        pytest.param("X", "X Rockets", None, None, id="one letter within"),
        pytest.param("🚀", "🚀", None, None, id="emoji"),
        pytest.param("Co", "Company", None, None, id="legal forms only"),
        pytest.param(None, "Acme", None, None, id="company without a name"),
        pytest.param("Acme", None, None, None, id="team without a name"),
        pytest.param("株式会社", "株式会社", "exact", "1.000", id="another script"),
        pytest.param("Acme " + "x" * 10_000, "Acme " + "x" * 10_000, "exact", "1.000", id="10 kB"),
    ],
)
def test_company_and_team(
    crm: Crm, company: str | None, team: str | None, rule: str | None, score: str | None
) -> None:
    crm.company("1", company)
    crm.team("t1", team)
    assert crm.settled("team_spending", "company_id, team_id, link_rule, link_score") == (
        [("1", "t1", rule, Decimal(score))] if score else []
    )


@pytest.mark.parametrize(
    ("companies", "company_id", "rule"),
    [
        pytest.param({"1": "Acme", "2": "Acme Rockets"}, "1", "exact", id="the better rule"),
        pytest.param(
            {"1": "Acme Ltd", "2": "Acme"},
            "2",
            "exact",
            id="the better score",
        ),
        pytest.param({"10": "Acme", "9": "Acme"}, "9", "exact", id="lowest id as a number"),
        pytest.param({"1": "Acme", "2": "Acme", "3": "Acme"}, "3", "exact", id="the most spend"),
    ],
)
def test_best_company_of_a_team(
    crm: Crm, companies: dict[str, str], company_id: str, rule: str
) -> None:
    for hubspot_id, name in companies.items():
        crm.company(hubspot_id, name)
    crm.deal("70", 100, company_ids=["2"])
    crm.deal("71", 200, company_ids=["3"])
    crm.team("t1", "Acme")
    assert crm.settled("team_spending", LINK) == [(company_id, rule)]


def test_a_link_by_hand_wins(crm: Crm) -> None:
    crm.company("1", "Acme")
    crm.company("2", "Zenith")
    crm.team("t1", "Acme")
    crm.team("t2", None)
    crm.link("team_company", "t1", "2")
    crm.link("team_company", "t2", "2")
    assert crm.settled("team_spending", "team_id, company_id, link_rule, link_score") == [
        ("t1", "2", "manual", Decimal("1.000")),
        ("t2", "2", "manual", Decimal("1.000")),
    ]


@pytest.mark.parametrize("gone", [{"archived": True}, {"merged_into": "2"}])
def test_archived_and_merged_companies_are_nobodys(crm: Crm, gone: dict[str, Any]) -> None:
    crm.company("1", "Acme", **gone)
    crm.company("3", "Northwind Traders", **gone)
    crm.team("t1", "Acme")
    crm.team("t2", "Northwindy Traders")
    crm.team("t3", "Zenith")
    crm.link("team_company", "t3", "1")
    assert crm.settled("team_spending") == []


def test_spending_counts_each_deal_once(crm: Crm) -> None:
    """However many members, contacts, transactions and doubled ids there are."""
    crm.stage("signed", closed=True, probability="1.0")
    crm.stage("signed", closed=True, probability="1.0", object_type="tickets")
    crm.stage("closedwon", closed=False, probability="0.5")
    for user_id in ("u1", "u2", "u3"):
        crm.user(user_id)
        columns = {"transaction_id": user_id, "user_id": user_id, "amount": 1000}
        crm.insert("business.transactions", columns)
    crm.team("t1", "Acme", members=["u1", "u2", "u3"])
    crm.company("1", "Acme Inc")
    crm.deal("70", 100, company_ids=["1", "1", "2"], pipeline="signed", dealstage="signed")
    crm.deal("71", -30, company_ids=["1"], pipeline="other", dealstage="closedwon")
    crm.deal("72", 5, company_ids=["1"], pipeline="closedwon", dealstage="closedwon")
    crm.deal("73", None, company_ids=["1"], dealstage="closedwon")
    crm.deal("74", 1000, company_ids=["1"], dealstage="closedwon", archived=True)
    crm.deal("75", 1000, company_ids=["2"], dealstage="closedwon")
    crm.deal("76", 1000, company_ids=None, dealstage="closedwon")
    assert crm.settled("team_spending") == [
        (1, "1", "Acme Inc", "t1", "Acme", Decimal(75), Decimal(70), "exact", Decimal("1.000")),
    ]


def test_a_stage_that_is_listed_twice_counts_its_deals_once(crm: Crm) -> None:
    stage = {"id": "signed", "metadata": {"isClosed": "true", "probability": "1.0"}}
    pipeline = {
        "hubspot_id": "p",
        "object_type": "deals",
        "raw_json": Jsonb({"stages": [stage, stage]}),
    }
    crm.insert("hubspot_pipelines", {"portal_id": 1} | pipeline)
    crm.company("1", "Acme")
    crm.deal("70", 100, company_ids=["1"], pipeline="p", dealstage="signed")
    crm.team("t1", "Acme")
    assert crm.settled("team_spending", "total_team_spend, won_team_spend") == [(100, 100)]


def test_a_team_without_members_and_deals_has_spent_nothing(crm: Crm) -> None:
    crm.company("1", "Acme")
    crm.team("t1", "Acme")
    assert crm.settled("team_spending", "total_team_spend, won_team_spend") == [(0, 0)]


def test_one_company_may_be_the_best_of_two_teams(crm: Crm) -> None:
    crm.company("1", "Acme")
    crm.deal("70", 100, company_ids=["1"])
    crm.team("t1", "Acme")
    crm.team("t2", "Acme Inc")
    assert crm.settled("team_spending", "team_id, total_team_spend") == [("t1", 100), ("t2", 100)]


def test_the_threshold_of_the_session_does_not_matter(crm: Crm) -> None:
    crm.company("1", "Contoso Holding Group")
    crm.team("t1", "Xontoso Holding Group")
    crm.conn.execute("set local pg_trgm.similarity_threshold = 0.95")
    assert crm.settled("team_spending", LINK) == [("1", "spelling")]


def members(crm: Crm, team_id: str, team_name: str | None, *emails: str | None) -> None:
    for number, email in enumerate(emails):
        crm.user(f"{team_id}-{number}", email)
    crm.team(team_id, team_name, members=[f"{team_id}-{number}" for number in range(len(emails))])


@pytest.mark.parametrize(
    ("domain", "emails", "score"),
    [
        pytest.param("acme.com", ["ann@acme.com"], "0.990", id="same"),
        pytest.param(
            "https://www.Acme.com/about?x=1",
            [" Ann@ACME.com "],
            "0.990",
            id="an address of the web",
        ),
        pytest.param("acme.com", ["ann@mail.acme.com"], "0.990", id="subdomain of the address"),
        pytest.param(
            "shop.acme.co.uk",
            ["ann@acme.co.uk"],
            "0.990",
            id="subdomain of the company, two-part ending",
        ),
        pytest.param(
            "acme.com", ["a@acme.com", "b@acme.com", "c@zenith.com"], "0.910", id="most members"
        ),
        pytest.param(
            "acme.com",
            ["a@acme.com", "b@gmail.com", "c@gmail.com", None, ""],
            "0.990",
            id="providers",
        ),
        pytest.param(
            "acme.com", ["a@acme.com", "c@zenith.com"], None, id="neither of two as frequent"
        ),
        pytest.param("gmail.com", ["ann@gmail.com"], None, id="a public provider"),
        pytest.param("acme.com.br", ["ann@mail.acme.com.br"], "0.990", id="a public suffix"),
        pytest.param("acme.github.io", ["ann@acme.github.io"], "0.990", id="a host's suffix"),
        pytest.param("acme.github.io", ["ann@zenith.github.io"], None, id="two of one host"),
        pytest.param("acme.foo.ck", ["ann@shop.acme.foo.ck"], "0.990", id="a wildcard"),
        pytest.param("www.ck", ["ann@mail.www.ck"], "0.990", id="an exception to it"),
        pytest.param("mail.yahoo.co.jp", ["ann@mail.yahoo.co.jp"], None, id="below a provider"),
        pytest.param("10.0.0.1", ["ann@10.0.0.1"], None, id="an address of numbers"),
        pytest.param("co.uk", ["ann@co.uk"], None, id="a registry"),
        pytest.param("a.co.uk", ["ann@b.co.uk"], None, id="two of one registry"),
        pytest.param("acme.com", ["ann@notacme.com"], None, id="the end of another"),
        pytest.param("acme", ["ann@acme"], None, id="no domain"),
        pytest.param("", [""], None, id="empty"),
        pytest.param(None, [None], None, id="none"),
        pytest.param("Unknown", ["Unknown"], None, id="unknown"),
        pytest.param("x" * 10_000 + ".com", ["ann@" + "x" * 10_000 + ".com"], None, id="10 kB"),
    ],
)
def test_by_domain(
    crm: Crm, domain: str | None, emails: list[str | None], score: str | None
) -> None:
    crm.company("1", "Contoso", domain=domain[:700] if domain else domain)
    members(crm, "t1", "Acme", *emails)
    assert crm.settled("team_spending", "company_id, link_rule, link_score") == (
        [("1", "domain", Decimal(score))] if score else []
    )


def test_the_name_decides_among_companies_of_one_domain(crm: Crm) -> None:
    crm.company("2", "Zenith", domain="zenith.com")
    crm.company("3", "Zenith France", domain="fr.zenith.com")
    members(crm, "t1", "Skunkworks Zenith", "ann@zenith.com")
    members(crm, "t2", "Zenith Frence", "bob@zenith.com")
    assert crm.settled("team_spending", "company_id, team_id, link_rule") == [
        ("2", "t1", "domain"),
        ("3", "t2", "domain"),
    ]


def test_the_best_score_wins_whatever_the_rule(crm: Crm) -> None:
    crm.company("1", "Nova Energy Sales", domain="nova.com")
    crm.company("2", "Nova Enregy")
    members(crm, "t1", "Nova Energy", "ann@nova.com")
    crm.team("t2", "Nova Energy")
    assert crm.settled("team_spending", "company_id, team_id, link_rule, link_score") == [
        ("1", "t1", "domain", Decimal("0.990")),
        ("1", "t2", "contained", Decimal("0.858")),
    ]


def test_a_name_and_a_domain_that_name_two_companies_link_neither(crm: Crm) -> None:
    crm.company("1", "Acme", domain="acme.de")
    crm.company("2", "Zenith", domain="zenith.com")
    crm.company("3", "Acme Rockets Limited")
    members(crm, "t1", "Acme", "ann@zenith.com")
    assert crm.settled("team_spending") == []
    assert crm.rows("uncertain_links", "why") == [("rules disagree",)]
    crm.company("4", "Acme", domain="zenith.com")
    assert crm.settled("team_spending", LINK) == [("4", "exact")]


@pytest.mark.parametrize(
    ("names", "linked"),
    [
        pytest.param(["Acme", "Zenith"], True, id="two other names"),
        pytest.param(["Acme", "Zenith", "Contoso"], False, id="three other names"),
        pytest.param(["Acme Sales", "Acme", "Acme Support"], True, id="departments of one"),
        pytest.param(["Acme", "Zenith", "Lindwurm"], True, id="its own name is no other"),
    ],
)
def test_a_domain_of_members_of_three_teams_of_other_names_says_nothing(
    crm: Crm, names: list[str], linked: bool
) -> None:
    crm.company("1", "Agency of Note", domain="lindwurm.com")
    for number, name in enumerate(names):
        members(crm, f"t{number}", name, "ann@lindwurm.com")
    found = crm.settled("team_spending", "link_rule")
    assert found == ([("domain",)] * len(names) if linked else [])


def test_a_domain_of_our_own_says_nothing(crm: Crm) -> None:
    crm.company("1", "Contoso", domain="acme.com")
    members(crm, "t1", "Zenith", "ann@acme.com")
    assert crm.settled("team_spending", "link_rule") == [("domain",)]
    crm.insert("own_domains", {"domain": "acme.com"})
    assert crm.settled("team_spending") == []


def test_numbers_must_agree_within_one_domain(crm: Crm) -> None:
    crm.company("1", "Hotel 21", domain="hotels.com")
    members(crm, "t1", "Hotel 22", "ann@hotels.com")
    members(crm, "t2", "Hotels Berlin", "bob@hotels.com")
    assert crm.settled("team_spending", "team_id, link_rule") == [("t2", "domain")]


def test_initials_are_told_by_domain_or_by_hand(crm: Crm) -> None:
    crm.company("1", "International Business Machines", domain="ibm.com")
    members(crm, "t1", "IBM", "ann@de.ibm.com")
    crm.team("t2", "I.B.M.")
    crm.link("team_company", "t2", "1")
    assert crm.settled("team_spending", "team_id, link_rule") == [
        ("t1", "domain"),
        ("t2", "manual"),
    ]


@pytest.mark.parametrize(
    ("company", "linked"),
    [("Acme", None), ("Acme Rockets", None), ("Acmo", None)],
    ids=["same", "within", "alike"],
)
def test_a_name_does_not_count_against_another_domain(
    crm: Crm, company: str, linked: str | None
) -> None:
    crm.company("1", company, domain="acme.com")
    members(crm, "t1", "Acme", "ann@zenith.com")
    assert crm.settled("team_spending", "link_rule") == ([(linked,)] if linked else [])


@pytest.mark.parametrize(
    ("domain", "team", "members_of", "linked"),
    [
        pytest.param("acme.com", "Acme", "get-acme.io", "exact", id="one label within the other"),
        pytest.param("acmé.com", "Acme", "xn--acm-dma.com", "exact", id="punycode"),
        pytest.param(None, "Acme Germany", "acme.de", "contained", id="own name as domain"),
        pytest.param(None, "Acme Germany", "gmail.com", None, id="a provider's domain"),
    ],
)
def test_what_a_members_domain_says_beside_a_name(
    crm: Crm, domain: str | None, team: str, members_of: str, linked: str | None
) -> None:
    crm.company("1", "Acme", domain=domain)
    members(crm, "t1", team, f"ann@{members_of}")
    assert crm.settled("team_spending", "link_rule") == ([(linked,)] if linked else [])


@pytest.mark.parametrize(
    ("company", "team", "linked"),
    [
        pytest.param("Rotary Club Bern", "Rotary Club Basel", None, id="another branch"),
        pytest.param("Rotary Club Bern", "Rotari Basel", "domain", id="no word in common"),
        pytest.param("Rotary Immobilien", "Rotary Immo", "domain", id="one word cut short"),
    ],
)
def test_branches_that_share_a_brands_domain_are_not_linked(
    crm: Crm, company: str, team: str, linked: str | None
) -> None:
    crm.company("1", company, domain="rotary.ch")
    members(crm, "t1", team, "ann@rotary.ch")
    assert crm.settled("team_spending", "link_rule") == ([(linked,)] if linked else [])
    doubts = crm.rows("uncertain_team_links", "why")
    assert doubts == ([] if linked else [("rules disagree",)])


def test_a_domain_that_is_added_to_the_shared_ones_says_nothing_any_more(crm: Crm) -> None:
    crm.company("1", "Contoso", domain="acme.com")
    members(crm, "t1", "Zenith", "ann@acme.com")
    assert crm.settled("team_spending", "link_rule") == [("domain",)]
    crm.insert("shared_domains", {"domain": "acme.com"})
    assert crm.settled("team_spending") == []


@pytest.mark.parametrize("to_id", ["3", None, "404"])
def test_by_hand_no_link_or_one_that_follows_its_company(crm: Crm, to_id: str | None) -> None:
    """A company that is not here is no reason to guess: somebody stated that it is not this one."""
    crm.company("1", "Acme")
    crm.company("2", "Zenith")
    crm.company("3", "Old Zenith", merged_into="2")
    crm.team("t1", "Acme")
    crm.link("team_company", "t1", to_id)
    assert crm.settled("team_spending", LINK) == ([("2", "manual")] if to_id == "3" else [])


UNCERTAIN = "from_id, to_id, linked, why, runner_up_id"


def test_uncertain_links_say_why_and_what_else_it_could_be(crm: Crm) -> None:
    crm.company("3", "Zenith", domain="zenith.com")
    crm.company("4", "Contoso", domain="contoso.com")
    crm.company("5", "Jonson")
    crm.company("6", "Northwind")
    crm.company("7", "Nova Energy Northern")
    crm.company("8", "Nova Energy Southern")
    crm.team("t1", "Nova Energy")
    members(crm, "t2", "Contoso", "ann@zenith.com")
    crm.team("t3", "Johnson")
    crm.team("t4", "Northwind")
    members(crm, "t5", "Jonsen", "ann@jonsen.com")
    assert [row[:5] for row in crm.settled("uncertain_links", UNCERTAIN)] == [
        ("t1", "7", False, "low score", "8"),
        ("t2", "4", False, "rules disagree", "3"),
        ("t3", "5", True, "only alike", None),
    ]
    crm.link("team_company", "t1", "7")
    crm.link("team_company", "t3", None)
    assert crm.rows("uncertain_links", "from_id") == [("t2",)]
    assert crm.rows("team_spending where team_id in ('t1', 't3')", LINK) == [("7", "manual")]


def test_rows_of_uncertain_links_come_worst_first(crm: Crm) -> None:
    for number, name in enumerate(["Jonson", "Nova Energy", "Nova Estate", "Kristiansen Group"]):
        crm.company(str(number), name)
    for team_id, name in {"t1": "Johnson", "t2": "Nova", "t3": "Christiansen Group"}.items():
        crm.team(team_id, name)
    crm.settled("uncertain_links")
    rows = crm.conn.execute("select from_id from uncertain_links").fetchall()
    assert [row["from_id"] for row in rows] == ["t2", "t1"]
