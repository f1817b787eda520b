"""Runs and their logs: each change of a run has a line, of this portal alone."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from dashboard import run_page
from operations import run_list
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.conftest import Visit

RUN = """
    insert into scans (portal_id, kind, object_type, state, started_at, heartbeat_at, total)
    values (%s, 'backfill', 'deals', 'running', now(), now(), 100)
    returning scan_id
"""
LIFE = (  # what happens to the run, statement by statement
    "records = 9, heartbeat_at = now()",  # nothing worth a line
    "records = 35",
    "state = 'pending', error = 'the daily limit'",
    "state = 'running', attempt = 2, error = null",
    "attempt = 3",
    "state = 'completed', records = 100",
)


def _begun(served: Servers, portal: int) -> UUID:
    with served.database.transaction() as conn:
        row = conn.execute(RUN, [portal]).fetchone()
    assert row is not None
    return UUID(str(row["scan_id"]))


def _live(served: Servers, scan_id: UUID, *changes: str) -> None:
    for change in changes:
        with served.database.transaction() as conn:
            conn.execute(f"update scans set {change} where scan_id = %s".encode(), [scan_id])


def test_an_order_on_a_runs_page_comes_back_to_the_run(visit: Visit, served: Servers) -> None:
    client, path = visit(), f"/runs/{_begun(served, OURS)}"
    form = re.split(r'action="/sync/scans/move"', client.get(path).text)[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert fields["action"] == "pause"
    answer = client.post("/sync/scans/move", data=fields, headers={"Origin": "http://localhost"})
    assert answer.location.partition("?")[0] == path
    page = client.get(answer.location).text
    assert "A scan acts on it where its page ends" in page and "paused" in page.casefold()


def test_each_change_of_a_run_is_a_line_of_its_log(visit: Visit, served: Servers) -> None:
    scan_id, theirs = _begun(served, OURS), _begun(served, OTHERS)
    _live(served, scan_id, *LIFE)
    row = run_list.run(served, OURS, scan_id)
    assert row is not None
    lines: list[dict[str, Any]] = run_page.log(row)[::-1]
    assert [(line["said"].split(".")[0], line["count"], line["why"]) for line in lines] == [
        ("A worker took it up", "", None),
        ("On its way", "35 records", None),
        ("It waits for a worker", "35 records", "the daily limit"),
        ("A worker took it up", "35 records", None),
        ("Another worker took it up: attempt 3", "35 records", None),
        ("Completed", "100 records", None),
    ]
    client = visit()
    assert "Completed." in client.get(f"/runs/{scan_id}").text
    assert client.get(f"/runs/{theirs}").status_code == 404
    assert client.get("/runs/no-uuid").status_code == 404
    assert visit("metrics:read").get(f"/runs/{scan_id}").status_code == 404


def test_a_long_log_keeps_its_newest_lines(served: Servers) -> None:
    scan_id = _begun(served, OURS)
    with served.database.transaction() as conn:
        filled = "update scans set diary = (select jsonb_agg(n) from generate_series(1, 200) n)"
        conn.execute(filled.encode())
    _live(served, scan_id, "state = 'paused'")
    row = run_list.run(served, OURS, scan_id)
    assert row and len(row["diary"]) == 200 and row["diary"][0] == 2
    assert row["diary"][-1]["state"] == "paused"


def test_runs_are_filtered_paged_and_name_what_differed(visit: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute(
            "insert into scans (portal_id, kind, object_type, state, created_at, error)"
            " select portal, 'reconcile', 'contacts', 'failed', now() - n * interval '1 hour',"
            " 'CANARY-' || portal from generate_series(1, 60) n, unnest(%s::bigint[]) portal",
            [[OURS, OTHERS]],
        )
        shares = conn.execute("select share from scan_progress group by share").fetchall()
        assert shares == [{"share": None}], "nobody knows how many records there are"
        conn.execute(
            "insert into verify_runs (portal_id, run_id, object_type, sampled, started_at,"
            " compared, unequal, differences, healed) values (%s, gen_random_uuid(), 'deals',"
            ' false, now(), 9, 1, \'{"stale": ["4711"]}\', true)',
            [OURS],
        )
    client = visit()
    first = client.get("/runs?state=in+trouble&kind=reconcile&type=contacts").text
    assert first.count(f"CANARY-{OURS}") == 50 and f"CANARY-{OTHERS}" not in first
    assert 'href="/records/deals/4711"' in first
    older = re.search(r'href="(/runs[^"]*before=[^"]*)"', first)
    assert older
    assert client.get(older[1].replace("&amp;", "&")).text.count("CANARY") == 10
    for nothing in ("kind=nightly", "type=deals", "state=completed"):
        assert "No run fits these filters" in client.get(f"/runs?{nothing}").text
