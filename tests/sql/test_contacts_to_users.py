"""A contact is at most one user: the one HubSpot names, else the one with the same address."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from db import stored_links as links
from db.connect import Database
from db.migrate import migrate

from .conftest import Crm

LINK = "contact_id, user_id, link_method"


@pytest.fixture
def users(crm: Crm) -> Crm:
    """Give three users, of whom two share an address, and users that must never match."""
    crm.user("u1", "ann@example.com", created_at="2024-02-01")
    crm.user("u2", "Bob@Example.com ", created_at="2024-01-01")
    crm.user("u10", "ann@example.com", created_at="2024-01-01")
    crm.user("Unknown", "Unknown")
    crm.user("u98", "")
    crm.user("u99", None)
    return crm


@pytest.mark.parametrize(
    ("email", "user_id", "linked", "link_method"),
    [
        pytest.param("bob@example.com", None, "u2", "email", id="case and blanks"),
        pytest.param(
            " ANN@example.com\t", None, "u10", "email", id="of two with one address the older"
        ),
        pytest.param("ann@example.com", "u1", "u1", "user_id", id="HubSpot names one of them"),
        pytest.param("bob@example.com", " u1 ", "u1", "user_id", id="id before address"),
        pytest.param("bob@example.com", "", "u2", "email", id="empty id"),
        pytest.param("bob@example.com", "Unknown", "u2", "email", id="id unknown"),
        pytest.param("bob@example.com", "u404", None, None, id="an id that names nobody"),
        pytest.param("bob@example.com", "U1", None, None, id="ids keep their case"),
        pytest.param("Unknown", None, None, None, id="address unknown"),
        pytest.param("", None, None, None, id="empty address"),
        pytest.param("   ", None, None, None, id="blank address"),
        pytest.param(None, None, None, None, id="no address"),
        pytest.param("eve@example.com", None, None, None, id="no user"),
    ],
)
def test_one_contact(
    users: Crm, email: str | None, user_id: str | None, linked: str | None, link_method: str | None
) -> None:
    users.contact("1", {} if user_id is None else {"user_id": user_id}, email=email)
    assert users.rows("contacts_to_users", LINK) == ([("1", linked, link_method)] if linked else [])


def test_a_row_names_contact_and_user(users: Crm) -> None:
    users.contact("1", email="BOB@example.com", firstname="Bob", lastname="Smith")
    assert users.rows("contacts_to_users") == [
        (1, "1", "Bob", "Smith", "u2", "Bob@Example.com ", Decimal(10), "email"),
    ]
    row = users.conn.execute('select "clientLifeTimeSpend" from contacts_to_users').fetchone()
    assert row == {"clientLifeTimeSpend": Decimal(10)}


@pytest.mark.parametrize(
    ("email", "others", "user_id", "linked"),
    [
        pytest.param("mia@y.test", "mia@z.test;BOB@example.com", None, "u2", id="the second"),
        pytest.param("mia@y.test", " ann@example.com ;bob@example.com", None, "u10", id="in order"),
        pytest.param("bob@example.com", "ann@example.com", None, "u2", id="its own first"),
        pytest.param(None, "bob@example.com", None, "u2", id="none of its own"),
        pytest.param("mia@y.test", "bob@example.com", "u1", "u1", id="id before addresses"),
        pytest.param("mia@y.test", "bob@example.com", "u404", None, id="an id that names nobody"),
        pytest.param("mia@y.test", ";Unknown; ;", None, None, id="never on empty or unknown"),
    ],
)
def test_other_addresses_link_too(
    users: Crm, email: str | None, others: str, user_id: str | None, linked: str | None
) -> None:
    stated = {"user_id": user_id} if user_id else {}
    users.contact("1", {"hs_additional_emails": others} | stated, email=email)
    method = "user_id" if user_id else "email"
    assert users.rows("contacts_to_users", LINK) == ([("1", linked, method)] if linked else [])


@pytest.mark.parametrize("gone", [{"archived": True}, {"merged_into": "2"}])
def test_archived_and_merged_contacts_do_not_count(users: Crm, gone: dict[str, Any]) -> None:
    users.contact("1", email="bob@example.com", **gone)
    assert users.rows("contacts_to_users") == []


def test_a_company_may_bring_its_own_users(database: Database) -> None:
    """As a view: without keys, so that rows may be doubled, and with ids of another type."""
    with database.transaction() as conn:
        conn.execute("drop table business.users cascade")
        conn.execute(
            "create view business.users as select 7 as user_id, 'bob@example.com' as email,"
            " 1.5 as client_lifetime_spend, now() as created_at from generate_series(1, 2)"
        )
    migrate(database)
    with database.transaction() as conn:
        crm = Crm(conn)
        crm.contact("1", {"user_id": "7"})
        crm.contact("2", email="bob@example.com")
        links.refresh_users(conn)
        assert crm.rows("contacts_to_users", LINK) == [("1", "7", "user_id"), ("2", "7", "email")]


@pytest.mark.parametrize("to_id", ["u2", "u404", None])
def test_a_link_by_hand_overrules_id_and_address(users: Crm, to_id: str | None) -> None:
    users.contact("1", {"user_id": "u1"}, email="ann@example.com")
    users.link("contact_user", "1", to_id)
    assert users.rows("contacts_to_users", LINK) == (
        [("1", "u2", "manual")] if to_id == "u2" else []
    )
