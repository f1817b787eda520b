"""Changes that no event tells the workers of, they find by the clock: the company's own users and
teams, uncertain links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from operations import relink as links
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
    links.look_at_doubts(context)
    assert rows("select from_id from uncertain_links") == [{"from_id": "t1"}]
