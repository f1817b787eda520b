"""The users that are stored are the company's own, from a table or a view, and contacts find
them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from db import stored_links as links
from db.connect import Connection, Database
from db.migrate import migrate

from .conftest import Crm

OWN = (
    "select user_id::text, email, client_lifetime_spend, created_at from business.users"
    " where user_id is not null"
)
STORED = "select user_id, email, client_lifetime_spend, created_at from user_keys"
IDS = ["1", "2", "9", "10", "u3"]
EMAILS = [
    None,
    "",
    "Unknown",
    "ann@example.com",
    " ANN@example.com",
    "bob@example.com",
    "eve@example.com",
]
LINK = "portal_id, contact_id, user_id, email, link_method"

# Straight from the company's users: every pair that a rule allows, the best of them for each
# contact.
FROM_SCRATCH = """
with people as (
    select contacts.portal_id, hubspot_id as contact_id, email_key(email) as address,
        contact_user_id(raw_json) as stated, manual.kind is not null as by_hand,
            manual.to_id as named
    from current_contacts as contacts
    left join manual_links as manual
        on manual.portal_id = contacts.portal_id and kind = 'contact_user' and from_id = hubspot_id
), pairs as (
    select people.portal_id, contact_id, user_id, users.email, users.created_at,
        case when by_hand then 'manual' when stated is not null then 'user_id' else 'email'
            end as link_method
    from people join business.users as users on case
        when by_hand then user_id = named when stated is not null then user_id = stated
        else email_key(users.email) = address end
)
select distinct on (portal_id, contact_id) portal_id, contact_id, user_id, email, link_method
from pairs order by portal_id, contact_id, created_at, length(user_id), user_id, email
"""


class Walk:
    """Random edits of contacts, users and links by hand."""

    def __init__(self, conn: Connection, random: Random, users: str = "business.users") -> None:
        self.conn, self.random, self.users = conn, random, users

    def step(self) -> None:
        self.random.choice(
            [self.put_contact] * 3
            + [self.put_users] * 3
            + [self.change_users, self.delete, self.by_hand]
        )()

    def put_contact(self) -> None:
        self.conn.execute(
            "insert into hubspot_contacts_raw (portal_id, hubspot_id, email, raw_json, archived,"
            " fetched_at, updated_at) values (%s, %s, %s, jsonb_build_object('properties',"
            " jsonb_build_object('user_id', %s::text)), %s, now(), now()) on conflict (portal_id,"
            " hubspot_id) do update set email = excluded.email, raw_json = excluded.raw_json,"
            " archived = excluded.archived",
            [self.random.choice([1, 2]), self.random.choice(IDS), self.random.choice(EMAILS),
             self.random.choice([None, None, None, *IDS, "Unknown"]), self.random.random() < 0.1],
        )  # fmt: skip

    def put_users(self) -> None:
        chosen = self.random.sample(IDS, 2)
        self.conn.execute(
            f"insert into {self.users} (user_id, email, client_lifetime_spend, created_at)"
            " select id, email, %s, %s from unnest(%s::text[], %s::text[]) as each_one (id, email)"
            " on conflict (user_id) do update"
            " set email = excluded.email, created_at = excluded.created_at".encode(),
            [self.random.choice([None, 5, 7.5]), self.random.choice([None, "2024-01-01",
                "2025-01-01"]), chosen,
             self.random.choices(EMAILS, k=2)],
        )  # fmt: skip

    def change_users(self) -> None:
        self.conn.execute(
            f"update {self.users} set user_id = 'u3' where user_id = '1'"
            f" and not exists (select from {self.users} where user_id = 'u3')".encode()
        )
        self.conn.execute(
            f"update {self.users} set email = %s where user_id = any(%s)".encode(),
            [self.random.choice(EMAILS), self.random.sample(IDS, 2)],
        )

    def delete(self) -> None:
        table, column = self.random.choice([(self.users, "user_id"), ("manual_links", "from_id")])
        self.conn.execute(
            f"delete from {table} where {column} = any(%s)".encode(), [self.random.sample(IDS, 2)]
        )

    def by_hand(self) -> None:
        self.conn.execute(
            "insert into manual_links (portal_id, kind, from_id, to_id) values (%s,"
            " 'contact_user', %s, %s) on conflict (portal_id, kind, from_id) do update"
            " set to_id = excluded.to_id",
            [
                self.random.choice([1, 2]),
                self.random.choice(IDS),
                self.random.choice([None, "9", "404"]),
            ],
        )


def rows(conn: Connection, query: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row.values()) for row in conn.execute(query.encode())), key=repr)


@pytest.mark.parametrize("seed", range(4))
def test_after_every_edit_contacts_find_the_users_that_there_are(
    conn: Connection, seed: int
) -> None:
    walk = Walk(conn, Random(seed))
    for _ in range(60):
        walk.step()
        assert rows(conn, STORED) == rows(conn, OWN)
        assert rows(conn, f"select {LINK} from contacts_to_users") == rows(conn, FROM_SCRATCH)
    assert links.refresh_users(conn) == 0


def test_the_walk_comes_by_every_kind_of_link(conn: Connection) -> None:
    walk, met = Walk(conn, Random(1)), set[Any]()
    for _ in range(120):
        walk.step()
        met |= set(rows(conn, "select link_method from contacts_to_users"))
    assert met == {("manual",), ("user_id",), ("email",)}


def test_truncated_users_are_gone(conn: Connection) -> None:
    Crm(conn).user("1", "ann@example.com")
    conn.execute("truncate business.users")
    assert rows(conn, STORED) == []


@pytest.fixture
def viewed(database: Database) -> Iterator[Database]:
    """Make the company's users a view: no trigger, no key, a user twice under two addresses."""
    with database.transaction() as conn:
        Crm(conn).user("1", "ann@example.com")
        conn.execute("create table public.people (like business.users including all)")
        conn.execute("drop table business.users cascade")
        conn.execute(
            "create view business.users as select user_id, email, client_lifetime_spend, created_at"
            " from public.people union all select user_id, 'of' || user_id || '@example.com',"
            " client_lifetime_spend, created_at from public.people union all select null,"
            " 'nobody@example.com', 0, null"
        )
    migrate(database)
    return database


def test_users_of_a_view_are_those_it_had_when_it_was_looked_at(viewed: Database) -> None:
    with viewed.transaction() as conn:
        links.refresh_users(conn)
        walk = Walk(conn, Random(1), "public.people")
        for _ in range(40):
            walk.step()
            links.refresh_users(conn)
            assert rows(conn, STORED) == rows(conn, OWN)
            assert rows(conn, f"select {LINK} from contacts_to_users") == rows(conn, FROM_SCRATCH)
        assert links.refresh_users(conn) == 0


def test_a_user_with_two_addresses_is_found_by_either(viewed: Database) -> None:
    with viewed.transaction() as conn:
        conn.execute("insert into public.people (user_id, email) values ('7', 'bob@example.com')")
        crm = Crm(conn)
        crm.contact("1", email="bob@example.com")
        crm.contact("2", email="of7@example.com")
        crm.contact("3", {"user_id": "7"})
        assert crm.rows("contacts_to_users") == []
        # both rows of the new one, and the one that was in the table
        assert links.refresh_users(conn) == 3
        assert crm.rows("contacts_to_users", "contact_id, user_id") == [
            ("1", "7"),
            ("2", "7"),
            ("3", "7"),
        ]


def test_one_process_looks_at_a_time(viewed: Database) -> None:
    with viewed.transaction() as conn:
        conn.execute("insert into public.people (user_id) values ('7')")
    with viewed.transaction() as one, viewed.transaction() as other:
        other.execute("set local lock_timeout = '1s'")
        assert links.refresh_users(one) == 3
        assert links.refresh_users(other) == 0
    with viewed.transaction() as conn:
        assert links.refresh_users(conn) == 0 and rows(conn, STORED) == rows(conn, OWN)


def test_who_writes_users_needs_no_right_here_and_gets_none(conn: Connection) -> None:
    """A temporary table of the same name, with triggers of its owner's, is not taken for ours."""
    conn.execute("create role app")
    conn.execute("grant usage on schema business to app")
    conn.execute("grant all on business.users to app")
    conn.execute("set local role app")
    conn.execute(
        "create temporary table user_keys (user_id text, email text, client_lifetime_spend int, "
        "created_at date)"
    )
    conn.execute("insert into business.users (user_id, email) values ('1', 'ann@example.com')")
    assert conn.execute("select from pg_temp.user_keys").fetchall() == []
    conn.execute("reset role")
    conn.execute("drop table pg_temp.user_keys")
    assert rows(conn, "select user_id from user_keys") == [("1",)]
