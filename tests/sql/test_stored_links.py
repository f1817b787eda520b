"""Stored links equal links found from scratch, after edits of any kind in any order, and by two at
once."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from db import stored_links as links
from db.connect import Connection, Database

from .conftest import Crm, mark_all

ANN, BOB, EVE = "+14155550100", "+14155550199", "+49 30 12345678"
IDS = ["1", "2", "9", "10"]
PHONES = [None, "", "972", ANN, "001 415 555 0100", BOB, EVE, f"{ANN} x5", f"{BOB} or {ANN} x6"]
E164 = [None, None, None, "", "14155550100", "493012345678 14155550100x5"]
COLUMNS = (
    "portal_id, call_id, contact_id, link_method, phone_key, call_timestamp, call_duration, "
    "call_direction, call_disposition, hubspot_owner_id, extension"
)


# Every number of every contact that shows, straight from the records.
NUMBERS = """
select portal_id, hubspot_id as contact_id, split_part(said, 'x', 1) as phone_key,
    split_part(said, 'x', 2) as extension, createdate
from hubspot_contacts_raw
cross join lateral unnest(
    contact_phone_keys(phone_e164, phone, mobile_e164, mobilephone, null)) as said
where not archived and merged_into is null
"""


def stray_numbers(conn: Connection) -> list[dict[str, Any]]:
    """Answer rows of contact_numbers that should not be there, and missing ones."""
    kept = "select portal_id, contact_id, phone_key, extension, createdate from contact_numbers"
    return conn.execute(
        f"({kept} except {NUMBERS}) union all ({NUMBERS} except {kept})".encode()
    ).fetchall()


def differences(conn: Connection) -> list[dict[str, Any]]:
    """Answer rows that only one side has; `only` tells which side. The view is planned once for
    it, which takes longer than to read it."""
    return conn.execute(
        f"select min(side) as only, {COLUMNS} from ("
        f"select 'stored' as side, {COLUMNS} from call_links"
        f" union all select 'scratch', {COLUMNS} from calls_to_contacts_from_scratch) as sides"
        f" group by {COLUMNS} having count(*) filter (where side = 'stored') <> count(*) / 2.0"
    ).fetchall()


class Walk:
    """Random edits of a small portal: few values, so that they meet often."""

    def __init__(self, conn: Connection, random: Random) -> None:
        self.conn, self.random = conn, random

    def step(self) -> str:
        edit: Callable[[], None] = self.random.choice(
            [
                self.put_contact,
                self.put_contact,
                self.put_call,
                self.put_call,
                self.hide,
                self.delete,
                self.by_hand,
            ]
        )
        edit()
        return edit.__name__

    def put_contact(self) -> None:
        self.put(
            "contacts",
            phone=self.random.choice(PHONES),
            phone_e164=self.random.choice(E164),
            mobilephone=self.random.choice(PHONES),
            createdate=self.random.choice([None, "2024-01-01", "2025-01-01"]),
        )

    def put_call(self) -> None:
        self.put(
            "calls",
            contact_ids=self.random.choice([None, [], ["1"], ["9", "10"], ["2", "2"], ["404"]]),
            call_direction=self.random.choice([None, "INBOUND", "OUTBOUND"]),
            call_to_number=self.random.choice(PHONES),
            call_to_e164=self.random.choice(E164),
            call_from_number=self.random.choice(PHONES),
            call_duration=self.random.choice([None, 5]),
        )

    def put(self, name: str, **columns: Any) -> None:
        """Write one to three records in one statement, as a batch is written: new, or in the place
        of stored ones."""
        names = list(columns)
        assignments = ", ".join(
            f"{each} = excluded.{each}" for each in [*names, "archived", "merged_into"]
        )
        chosen = self.random.sample(IDS, self.random.randint(1, 3))
        portal = self.random.choice([1, 1, 2])
        values = ", ".join(
            ["(%s, %s, '{}', now(), now(), false, null" + ", %s" * len(names) + ")"] * len(chosen)
        )
        self.conn.execute(
            f"insert into hubspot_{name}_raw (portal_id, hubspot_id, raw_json,"
            f" fetched_at, updated_at, archived, merged_into, {', '.join(names)})"
            f" values {values} on conflict (portal_id, hubspot_id) do update"
            f" set {assignments}".encode(),
            [value for each in chosen for value in (portal, each, *columns.values())],
        )

    def hide(self) -> None:
        """Archive, restore or merge."""
        table = self.random.choice(["contacts", "contacts", "calls"])
        self.conn.execute(
            (
                f"update hubspot_{table}_raw set archived = %s, merged_into = %s"
                " where hubspot_id = any(%s)"
            ).encode(),
            [
                self.random.random() < 0.3,
                self.random.choice([None, "9", "10"]),
                self.random.sample(IDS, 2),
            ],
        )

    def delete(self) -> None:
        table = self.random.choice(["contacts", "calls", "manual"])
        where = "from_id" if table == "manual" else "hubspot_id"
        name = "manual_links" if table == "manual" else f"hubspot_{table}_raw"
        self.conn.execute(
            f"delete from {name} where {where} = %s".encode(), [self.random.choice(IDS)]
        )

    def by_hand(self) -> None:
        self.conn.execute(
            "insert into manual_links (portal_id, kind, from_id, to_id) values (%s,"
            " 'call_contact', %s, %s) on conflict (portal_id, kind, from_id) do update"
            " set to_id = excluded.to_id",
            [
                self.random.choice([1, 2]),
                self.random.choice(IDS),
                self.random.choice([None, "1", "9", "404"]),
            ],
        )


@pytest.mark.parametrize("seed", range(6))
def test_after_every_edit_the_stored_links_are_those_found_from_scratch(
    conn: Connection, seed: int
) -> None:
    walk = Walk(conn, Random(seed))
    for place in range(60):
        edit = walk.step()
        assert differences(conn) == [], f"after step {place}, {edit}"
        assert stray_numbers(conn) == [], f"after step {place}, {edit}"


def test_the_walk_comes_by_every_kind_of_link(conn: Connection) -> None:
    walk, met = Walk(conn, Random(1)), set[tuple[Any, Any]]()
    for _ in range(120):
        walk.step()
        met |= {
            (row["link_method"], row["linked"])
            for row in conn.execute(
                "select distinct link_method, contact_id is not null as linked from call_links"
            )
        }
    assert met == {
        ("manual", True),
        ("manual", False),
        ("association", True),
        ("phone", True),
        (None, False),
    }


@pytest.mark.parametrize(
    ("named", "contact_id"),
    [
        pytest.param("9", "9", id="a contact"),
        pytest.param("2", "9", id="one that was merged: the survivor"),
        pytest.param("3", None, id="one that was archived"),
        pytest.param("404", None, id="one that is not here"),
        pytest.param(None, None, id="nobody"),
    ],
)
def test_a_link_by_hand_overrules_association_and_number(
    crm: Crm, named: str | None, contact_id: str | None
) -> None:
    crm.contact("1", phone=ANN)
    crm.contact("9")
    crm.contact("2", merged_into="9")
    crm.contact("3", archived=True)
    crm.call("500", contact_ids=["1"], call_to_number=ANN)
    crm.link("call_contact", "500", named)
    assert crm.rows("calls_to_contacts", "contact_id, link_method") == [(contact_id, "manual")]
    mark_all(crm.conn, 1)
    links.settle(crm.conn, 10)
    assert crm.rows("calls_to_contacts", "contact_id, link_method") == [(contact_id, "manual")]
    crm.conn.execute("delete from manual_links")
    assert crm.rows("calls_to_contacts", "contact_id, link_method") == [("1", "association")]


def test_what_two_transactions_did_at_once_is_settled(database: Database) -> None:
    """The one saves a call, the other the contact with its number; then the contact's number
    changes hands."""
    with database.transaction() as one, database.transaction() as other:
        Crm(one).call("500", call_to_number=ANN)
        Crm(other).contact("9", phone=ANN)
    with database.transaction() as conn:
        assert Crm(conn).rows("calls_to_contacts", "contact_id") == [(None,)]
        assert (
            links.settle(conn, 1) == 1
            and links.settle(conn, 10) == 1
            and links.settle(conn, 10) == 0
        )
        assert Crm(conn).rows("calls_to_contacts", "contact_id") == [("9",)]


def test_nobody_waits_for_a_link_that_another_transaction_holds(database: Database) -> None:
    with database.transaction() as conn:
        Crm(conn).call("500", call_to_number=ANN)
    with database.transaction() as one, database.transaction() as other:
        other.execute("set local lock_timeout = '1s'")
        one.execute("update hubspot_calls_raw set call_duration = 7")
        Crm(other).contact("9", phone=ANN)
        assert Crm(other).rows("calls_to_contacts", "contact_id") == [(None,)]
    with database.transaction() as conn:
        assert links.waiting(conn) == 3
        links.settle(conn, 10)
        assert Crm(conn).rows("calls_to_contacts", "contact_id, call_duration") == [("9", 7)]


def test_a_link_that_is_held_while_marks_are_settled_is_marked_again(database: Database) -> None:
    with database.transaction() as conn:
        Crm(conn).call("500", call_to_number=ANN)
    with database.transaction() as one:
        one.execute("select from call_links for update")
        with database.transaction() as other:
            assert links.settle(other, 10) == 1
            assert links.waiting(other) == 1


def test_one_process_settles_at_a_time(database: Database) -> None:
    with database.transaction() as conn:
        Crm(conn).call("500")
    with database.transaction() as one, database.transaction() as other:
        assert links.settle(one, 10) == 1
        assert links.settle(other, 10) == 0


def test_a_rebuild_finds_what_was_lost_and_drops_what_is_left_over(conn: Connection) -> None:
    crm = Crm(conn)
    for number in range(5):
        crm.call(str(number), call_to_number=ANN)
    crm.contact("9", phone=ANN)
    conn.execute(
        "delete from call_links where call_id = '1'; update call_links set contact_id = '404'"
        " where call_id = '2'"
    )
    conn.execute("insert into call_links (portal_id, call_id) values (1, '77')")
    assert len(differences(conn)) == 4
    mark_all(conn, 1)
    links.settle(conn, 100)
    assert differences(conn) == []
