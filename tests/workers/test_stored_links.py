"""The links that are stored as changes come equal the links found from scratch, after anything that
happens in HubSpot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from db import stored_links as stored
from operations import relink as links
from tests.processes import Simulator
from tests.sql.test_stored_links import differences
from tests.sql.test_stored_team_links import STORED
from tests.workers.conftest import arrive
from workers.backfill import backfill
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
TYPES = ["contacts", "companies", "calls"]
TEAMS = """
insert into business.users (user_id, email) select hubspot_id, email from hubspot_contacts_raw;
insert into business.teams (team_id, team_name) select hubspot_id, name from hubspot_companies_raw;
insert into business.team_membership (team_id, user_id)
select company_ids[1], hubspot_id from hubspot_contacts_raw where company_ids[1] is not null
    on conflict do nothing
"""


def test_after_random_edits(context: Context, simulator: Simulator, rows: Rows) -> None:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    backfill(context, portal, TYPES, lambda scan: None)
    with context.database.transaction() as conn:
        conn.execute(TEAMS)
    kinds = ["update", "create", "archive", "restore", "merge", "associate"]
    simulator.control("edits", count=120, over=20, kinds=kinds, types=TYPES, seed=1)
    simulator.create("contacts", {"phone": "+4930901820"})
    simulator.create("calls", {"hs_call_to_number": "+4930901820", "hs_call_direction": "OUTBOUND"})
    arrive(context, simulator)
    links.look_at_teams(context)
    with context.database.transaction() as conn:
        assert differences(conn) == []
        assert {row["link_method"] for row in rows("select link_method from call_links")} >= {
            "association",
            "phone",
        }
        kept = conn.execute(STORED).fetchall()
    links.mark_all(context, portal.portal_id, at_most=50)
    with context.database.transaction() as conn:
        stored.settle(conn, 1_000)
        assert conn.execute(STORED).fetchall() == kept != []
