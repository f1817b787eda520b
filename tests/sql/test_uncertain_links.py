"""Links that people should look at: of calls, of contacts and of teams, with the reason, worst
first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import Crm

ANN = "+14155550100"
ROW = "from_id, to_id, linked, why, link_rule, link_score, runner_up_id"
HALF, THIRD = Decimal("0.500"), Decimal("0.333")


@pytest.fixture
def people(crm: Crm) -> Crm:
    """Give contacts: Ann's number is that of two others, too, of whom one left; Bob's is his, and
    Eve's says no country."""
    crm.portal()
    crm.contact("9", phone=ANN, createdate="2024-01-01", firstname="Ann", lastname="Lee")
    crm.contact("8", phone="001 415 555 0100", createdate="2024-02-01", email="double@example.com")
    crm.contact("7", phone=ANN, createdate="2023-01-01", archived=True)
    crm.contact("10", phone="+1 415 555 0200")
    crm.contact("11", phone="030 12345678")
    return crm


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(
            {"call_to_number": ANN},
            ("9", True, "shared number", "phone", HALF, "8"),
            id="shared number",
        ),
        pytest.param(
            {"contact_ids": ["10", "9", "9", "7"]},
            ("9", True, "several contacts", "association", HALF, "10"),
            id="several contacts",
        ),
        pytest.param(
            {"contact_ids": ["10", "9", "8"]},
            ("8", True, "several contacts", "association", THIRD, "9"),
            id="three contacts",
        ),
        pytest.param(
            {"call_to_number": "03012345678"},
            ("11", True, "country unknown", "phone", Decimal("0.900"), None),
            id="without a country",
        ),
        pytest.param({"contact_ids": ["9"]}, None, id="associated with one"),
        pytest.param({"contact_ids": ["9", "9"]}, None, id="with one, twice"),
        pytest.param({"contact_ids": ["9", "7"]}, None, id="with one who is there"),
        pytest.param({"call_to_number": "+1 (415) 555-0200"}, None, id="a number of one"),
        pytest.param({"call_to_number": "972"}, None, id="a short number links nobody"),
        pytest.param({"contact_ids": ["10", "9"], "archived": True}, None, id="archived"),
    ],
)
def test_calls(people: Crm, call: dict[str, Any], expected: tuple[Any, ...] | None) -> None:
    people.call("500", **call)
    found = people.settled("uncertain_links", ROW)
    assert found == ([("500", *expected)] if expected else [])
    if expected:
        assert people.rows("calls_to_contacts", "contact_id") == [(expected[0],)]
        people.link("call_contact", "500", "10")
        assert people.rows("uncertain_links") == []


def test_where_the_country_is_known_its_numbers_are_certain(people: Crm) -> None:
    people.call("500", call_to_number="03012345678")
    people.conn.execute("update portals set country = 'DE'")
    assert people.settled("uncertain_links") == []


def test_a_number_that_is_both_is_said_once(people: Crm) -> None:
    people.contact("12", phone="030 12345678", createdate="2020-01-01")
    people.call("500", call_to_number="03012345678")
    assert people.settled("uncertain_links", ROW) == [
        ("500", "12", True, "shared number", "phone", HALF, "11")
    ]


def test_a_row_names_both_contacts(people: Crm) -> None:
    people.call("500", call_to_number=ANN)
    assert people.settled("uncertain_links") == [
        (1, "call_contact", "500", "14155550100", "9", "Ann Lee", True, "shared number", "phone",
            HALF, "8",
         "double@example.com", "phone", HALF),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("email", "user_id", "expected"),
    [
        pytest.param(
            "ann@x.com",
            None,
            ("u10", True, "shared address", "email", HALF, "u1"),
            id="shared address",
        ),
        pytest.param(
            "bob@x.com",
            "u1",
            ("u1", True, "rules disagree", "user_id", HALF, "u2"),
            id="rules disagree",
        ),
        pytest.param(
            "bob@x.com", "u404", ("u2", False, "names nobody", "email", 1, None), id="names nobody"
        ),
        pytest.param(
            "ann@x.com",
            "u404",
            ("u10", False, "names nobody", "email", HALF, "u1"),
            id="nor a single one",
        ),
        pytest.param("ann@x.com", "u1", None, id="named among those who share"),
        pytest.param("BOB@x.com ", None, None, id="one address, one user"),
        pytest.param("eve@x.com", "u404", None, id="no candidate"),
        pytest.param("Unknown", None, None, id="no address"),
    ],
)
def test_contacts(
    crm: Crm, email: str, user_id: str | None, expected: tuple[Any, ...] | None
) -> None:
    crm.user("u1", "ann@x.com", created_at="2024-02-01")
    crm.user("u10", "Ann@X.com", created_at="2024-01-01")
    crm.user("u2", "bob@x.com")
    crm.user("u3", "Unknown")
    crm.user("u4", "Unknown")
    crm.contact("1", {"user_id": user_id} if user_id else {}, email=email)
    assert crm.settled("uncertain_links", ROW) == ([("1", *expected)] if expected else [])
    if expected:
        assert crm.rows("contacts_to_users", "user_id") == ([(expected[0],)] if expected[1] else [])
        crm.link("contact_user", "1", None)
        assert crm.rows("uncertain_links") == []


def test_worst_first_whatever_their_kind(people: Crm) -> None:
    people.call("500", contact_ids=["10", "9", "8"])
    people.call("501", call_to_number="03012345678")
    people.user("u1", "double@example.com")
    people.conn.execute(
        """
        update hubspot_contacts_raw set raw_json = '{"properties": {"user_id": "u404"}}'
        where hubspot_id = '8'
        """
    )
    people.company("1", "Jonson")
    people.team("t1", "Johnson")
    people.settled("uncertain_links")
    rows = people.conn.execute("select kind, from_id from uncertain_links").fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("contact_user", "8"),
        ("call_contact", "500"),
        ("team_company", "t1"),
        ("call_contact", "501"),
    ]


EVERY_KIND = " union all ".join(
    f"select * from uncertain_{kind}_links" for kind in ("team", "call", "user")
)
HIDE = {
    "archived": "update hubspot_contacts_raw set archived = true",
    "merged": "update hubspot_contacts_raw set merged_into = '99'",
    "with another contact": "update hubspot_calls_raw set contact_ids = '{10}'",
    "another holder of the number": (
        "update hubspot_contacts_raw set phone = null where hubspot_id = '9'"
    ),
    "by hand": "insert into manual_links (portal_id, kind, from_id) values (1, 'call_contact', "
    "'500'),"
    " (1, 'contact_user', '8'), (1, 'team_company', 't1')",
    "no such company": "update hubspot_companies_raw set archived = true",
}


@pytest.fixture
def doubtful(people: Crm) -> Crm:
    """Give one of each kind."""
    people.call("500", call_to_number=ANN)
    people.user("u1", "double@example.com")
    people.user("u2", "double@example.com")
    people.company("1", "Jonson")
    people.team("t1", "Johnson")
    return people


def test_the_list_is_what_is_found_again(doubtful: Crm) -> None:
    assert doubtful.rows("uncertain_links") == []
    listed = doubtful.settled("uncertain_links")
    assert len(listed) == 3
    assert listed == doubtful.rows(f"({EVERY_KIND}) as found")
    assert doubtful.rows("refresh_link_doubts()") == [(0,)]
    doubtful.contact("12", phone=ANN, createdate="2024-01-15")
    doubtful.user("u3", "double@example.com")
    assert doubtful.rows("refresh_link_doubts()") == [(2,)]
    assert doubtful.rows("uncertain_links") == doubtful.rows(f"({EVERY_KIND}) as found") != listed
    doubtful.conn.execute("delete from business.users")
    assert doubtful.rows("refresh_link_doubts()") == [(1,)]
    assert doubtful.rows("uncertain_links") == doubtful.rows(f"({EVERY_KIND}) as found")


@pytest.mark.parametrize("edit", HIDE)
def test_what_is_settled_or_gone_is_not_listed_until_the_clock_comes_by(
    doubtful: Crm, edit: str
) -> None:
    before = {row[0] for row in doubtful.settled("uncertain_links", "kind")}
    doubtful.conn.execute(HIDE[edit].encode())
    after = {row[0] for row in doubtful.rows("uncertain_links", "kind")}
    assert before == {"team_company", "call_contact", "contact_user"}
    assert after == {row[0] for row in doubtful.rows(f"({EVERY_KIND}) as found", "kind")} < before
