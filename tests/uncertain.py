"""Uncertain links of two portals, for tests of the routes and pages that show them."""

from __future__ import annotations

from db.connect import Database
from tests.api.conftest import OTHERS, OURS

COMPANY = """
    insert into hubspot_companies_raw (portal_id, hubspot_id, name, domain, raw_json, updated_at,
        fetched_at)
    values (%(portal)s, %(id)s, %(name)s, %(domain)s,
        jsonb_build_object('properties', jsonb_build_object('name', %(name)s::text)), now(), now())
"""
NAME = """
    insert into hubspot_properties (portal_id, object_type, name, label, type, raw_json)
    values (%s, 'companies', 'name', 'Name', 'string', '{"name": "name", "hubspotDefined": true}')
        on conflict do nothing
"""
TEAM = """
    insert into business.teams (team_id, team_name) values (%(id)s, %(name)s)
        on conflict do nothing
"""
DOUBT = """
    insert into link_doubts (portal_id, kind, from_id, to_id, linked, why, link_rule, link_score,
        runner_up_id, runner_up_rule, runner_up_score)
    values (%(portal)s, 'team_company', %(id)s, '1', %(linked)s, %(why)s, 'spelling', %(score)s,
        '2', 'spelling', 0.5)
"""
CALL = """
    insert into call_links (portal_id, call_id, contact_id, link_method, call_timestamp,
        call_direction)
    values (%(portal)s, '7', '9', 'phone', '2026-11-28T02:30:00Z', 'INBOUND');
    insert into link_doubts (portal_id, kind, from_id, to_id, linked, why, link_rule, link_score)
    values (%(portal)s, 'call_contact', '7', '9', true, 'shared number', 'phone', 0.4)
"""
TEAMS = (
    ("t-alike", "Acme", True, "only alike", 0.81),
    ("t-low", "Acme support", False, "low score", 0.55),
    ("t-near", "Akme", True, "close runner-up", 0.7),
)


def doubt_teams(database: Database, portals: tuple[int, ...] = (OURS, OTHERS)) -> None:
    """Put two companies into each portal, and three teams that may be of either."""
    with database.transaction() as conn:
        for portal in portals:
            conn.execute(NAME, [portal])
            for place, name in (("1", "Acme"), ("2", "Akme")):
                company = {"portal": portal, "id": place, "name": f"{name} of {portal}"}
                conn.execute(COMPANY, company | {"domain": f"{name.lower()}.example"})
            for team, name, linked, why, score in TEAMS:
                conn.execute(TEAM, {"id": team, "name": name})
                doubt = {"portal": portal, "id": team, "linked": linked, "why": why}
                conn.execute(DOUBT, doubt | {"score": score})


def doubt_a_call(database: Database, portal: int, time_zone: str) -> None:
    """Put an uncertain call at 02:30 UTC into a portal of this zone."""
    with database.transaction() as conn:
        conn.execute("update portals set time_zone = %s", [time_zone])
        for statement in CALL.split(";"):
            conn.execute(statement.encode(), {"portal": portal})
