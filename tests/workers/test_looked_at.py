"""Changes that no event tells the workers of, they find by the clock: the company's own users and
teams, uncertain links."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from operations import relink as links
from tests.sql.conftest import Crm
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


def test_users_and_teams_are_looked_at(context: Context, rows: Rows) -> None:
    with context.database.transaction() as conn:
        conn.execute("alter table business.users disable trigger user")  # as if it were a view
        conn.execute("insert into business.users (user_id, email) values ('u1', 'ann@acme.com')")
        conn.execute("insert into business.teams (team_id, team_name) values ('t1', 'Acme')")
    assert rows("select user_id from user_keys") == rows("select team_id from team_keys") == []
    links.look_at_teams(context)
    assert rows("select user_id from user_keys") == [{"user_id": "u1"}]
    assert rows("select team_id from team_keys") == [{"team_id": "t1"}]


def test_uncertain_links_are_looked_at(context: Context, rows: Rows) -> None:
    with context.database.transaction() as conn:
        conn.execute("insert into business.teams (team_id, team_name) values ('t1', 'Johnson')")
        conn.execute(
            "insert into hubspot_companies_raw (portal_id, hubspot_id, name, raw_json, fetched_at,"
            " updated_at) values (1, '1', 'Jonson', '{}', now(), now())"
        )
    links.look_at_teams(context)
    assert rows("select from_id from uncertain_links") == []
    with context.database.transaction() as conn:
        crm = Crm(conn)
        crm.portal()
        for user, spend in (("u1", 40), ("u2", 7)):
            crm.user(user, f"{user}@example.com", spend=spend)
            crm.contact(user, email=f"{user}@example.com", createdate="2026-01-09")
        for number, days in enumerate([1, 2, 3, 20, 40]):
            at = datetime.now(UTC) - timedelta(days=days)
            told = {"call_direction": "OUTBOUND", "hubspot_owner_id": "1", "call_timestamp": at}
            crm.call(str(number), call_from_number="+14155550100", **told)
    links.look_at_doubts(context, at_most=1)  # counted slice by slice, and added up
    assert rows("select from_id from uncertain_links") == [{"from_id": "t1"}]
    assert rows("select owner_id, calls, of_calls from number_owners") == [
        {"owner_id": "1", "calls": 5, "of_calls": 5}
    ]
    assert rows("select customers, spend from user_spend_days") == [{"customers": 2, "spend": 47}]
