"""Candidates of teams: indexes find the same as comparing all pairs; the stored ones equal the ones
found again."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from db import stored_links as links
from db.connect import Connection, Database

from .conftest import Crm, mark_all

IDS = ["1", "2", "9", "10"]
NAMES = [
    *(
        None,
        "",
        "Unknown",
        "X",
        "Acme",
        "Acme Inc",
        "The Acme Team",
        "Acmo",
        "Acme Rockets",
        "Rockets Acme GmbH",
    ),
    *(
        "Robert Co",
        "Rupert Ltd",
        "Acme Rockets and more",
        "New Acme",
        "Müller",
        "Mueller KG",
        "Muller",
        "Ac me",
        "Acme 2",
        "Acme II",
        "Acme Rokcets",
        "🚀",
        "x" * 300,
    ),
]
DOMAINS = [
    None,
    "",
    "acme.com",
    "https://www.acme.com/",
    "shop.acme.com",
    "gmail.com",
    "muller.de",
    "co.uk",
    "a.co.uk",
]
EMAILS = [
    None,
    "",
    "Unknown",
    "ann@acme.com",
    "bob@gmail.com",
    "eve@muller.de",
    "x@b.a.co.uk",
    "ann@",
    "@",
]

# Every company with every team, straight from the records: what the rules say without indexes.
ALL_PAIRS = """
with companies as (
    select portal_id, hubspot_id as company_id, company_key(name) as key,
        umlaut_key(name) as umlaut,
        domain_key(domain) as domain
    from hubspot_companies_raw where not archived and merged_into is null
), voices as (
    select teams.team_id, company_key(team_name) as key,
        domain_key(split_part(email, '@', 2)) as domain
    from business.team_membership as member join business.users using (user_id)
    join business.teams as teams using (team_id)
), votes as (
    select team_id, domain, count(*) as votes from voices
    where domain is not null and (
        select count(distinct name_core(other.key)) from voices as other
        where other.domain = voices.domain
            and not starts_with(split_part(other.domain, '.', 1), name_core(other.key))
            and not starts_with(name_core(other.key), split_part(other.domain, '.', 1))
    ) < 3
    group by 1, 2
), teams as (
    select team_id, company_key(team_name) as key, umlaut_key(team_name) as umlaut, (
        select domain from votes where votes.team_id = teams.team_id and not exists (
            select from votes as more
            where more.team_id = votes.team_id and more.domain <> votes.domain
                and more.votes >= votes.votes)) as domain
    from business.teams as teams
)
select a.portal_id, b.team_id, a.company_id, a.domain = b.domain is true as by_domain,
    max(score) as fit
from companies as a cross join teams as b
left join lateral (
    select score
    from (values (a.key, b.key), (a.umlaut, b.key), (a.key, b.umlaut)) as keys (one, other)
    cross join lateral name_fit(one, other)
) as fits on true
group by 1, 2, 3, 4, a.domain, b.domain
having max(score) is not null or a.domain = b.domain is true
"""
STORED = (
    "select portal_id, team_id, company_id, link_rule, link_score, place, doubt from "
    "team_links order by 1, 2, 3"
)


class Walk:
    """Random edits of two portals' companies and of the company's own teams, members and users."""

    def __init__(self, conn: Connection, random: Random) -> None:
        self.conn, self.random, self.crm = conn, random, Crm(conn)

    def step(self) -> None:
        edit: Callable[[], None] = self.random.choice(
            [
                self.put_company,
                self.put_company,
                self.hide,
                self.delete,
                self.put_team,
                self.put_team,
                self.put_user,
            ]
        )
        edit()

    def put_company(self) -> None:
        chosen, portal = self.random.sample(IDS, 2), self.random.choice([1, 1, 2])
        self.conn.execute(
            "insert into hubspot_companies_raw (portal_id, hubspot_id, name, domain, raw_json,"
            " fetched_at, updated_at) select %s, id, name, domain, '{}', now(), now()"
            " from unnest(%s::text[], %s::text[], %s::text[]) as each_one (id, name, domain)"
            " on conflict (portal_id, hubspot_id) do update set name = excluded.name,"
            " domain = excluded.domain, archived = false, merged_into = null",
            [portal, chosen, self.random.choices(NAMES, k=2), self.random.choices(DOMAINS, k=2)],
        )

    def hide(self) -> None:
        self.conn.execute(
            "update hubspot_companies_raw set archived = %s, merged_into = %s"
            " where hubspot_id = any(%s)",
            [
                self.random.random() < 0.3,
                self.random.choice([None, "9"]),
                self.random.sample(IDS, 2),
            ],
        )

    def delete(self) -> None:
        table, column = self.random.choice(
            [
                ("hubspot_companies_raw", "hubspot_id"),
                ("business.teams", "team_id"),
                ("business.users", "user_id"),
            ]
        )
        self.conn.execute(
            f"delete from {table} where {column} = %s".encode(), [self.random.choice(IDS)]
        )

    def put_team(self) -> None:
        team_id = self.random.choice(IDS)
        self.conn.execute("delete from business.teams where team_id = %s", [team_id])
        self.conn.execute("delete from business.team_membership where team_id = %s", [team_id])
        self.crm.team(
            team_id, self.random.choice(NAMES), self.random.sample(IDS, self.random.randint(0, 3))
        )

    def put_user(self) -> None:
        user_id = self.random.choice(IDS)
        self.conn.execute("delete from business.users where user_id = %s", [user_id])
        self.crm.user(user_id, self.random.choice(EMAILS))


def settle(conn: Connection) -> list[dict[str, Any]]:
    links.refresh_teams(conn)
    links.settle(conn, 1_000)
    return conn.execute(STORED).fetchall()


@pytest.mark.parametrize("seed", range(4))
def test_after_every_edit_the_stored_candidates_are_those_of_all_pairs(
    conn: Connection, seed: int
) -> None:
    walk = Walk(conn, Random(seed))
    for step in range(30):
        walk.step()
        stored = settle(conn)
        found = conn.execute(
            "select portal_id, team_id, company_id, by_domain, fit from team_candidates(%s)", [IDS]
        ).fetchall()
        pairs = conn.execute(ALL_PAIRS).fetchall()
        assert {tuple(row.values()) for row in found} == {tuple(row.values()) for row in pairs}
        if step % 5 == 4:  # a rebuild finds the same
            for portal in (1, 2):
                mark_all(conn, portal)
            assert settle(conn) == stored


def test_a_rebuild_finds_what_was_lost_and_drops_what_is_left_over(conn: Connection) -> None:
    crm = Crm(conn)
    crm.company("1", "Acme")
    crm.company("2", "Zenith")
    crm.team("t1", "Acme")
    crm.team("t2", "Zenith")
    stored = settle(conn)
    assert len(stored) == 2
    conn.execute(
        "delete from team_links where team_id = 't1'; update company_keys set name_key = 'x'"
    )
    conn.execute(
        "insert into company_keys (portal_id, company_id, name_key) values (1, '77', 'acme')"
    )
    mark_all(conn, 1)
    assert settle(conn) == stored


def test_nothing_changed_nothing_marked(conn: Connection) -> None:
    crm = Crm(conn)
    crm.company("1", "Acme")
    crm.team("t1", "Acme")
    settle(conn)
    assert links.refresh_teams(conn) == 0
    conn.execute("update hubspot_companies_raw set synced_at = now(), name = 'ACME Inc.'")
    assert links.waiting(conn) == 0


def test_one_process_settles_at_a_time(database: Database) -> None:
    with database.transaction() as conn:
        Crm(conn).company("1", "Acme")
    with database.transaction() as one, database.transaction() as other:
        assert links.settle(one, 10) == 1
        assert links.settle(other, 10) == 0
