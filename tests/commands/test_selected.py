"""`spoke backfill` of named records: by id, or all of some days in the portal's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import changes
from db.changes import Mark
from hubspot.errors import RateLimited
from hubspot.mirrored import Mirrored
from hubspot.objects import COMPANIES, CORE_TYPES
from hubspot.rate_limit import daily_key
from lab.simulator.definitions import created_property
from tests.commands.conftest import Spoke
from tests.processes import OTHER_TOKEN, Simulator
from workers.backfill import backfill
from workers.context import Context
from workers.selected import WAITS, Days, Found, by_date

Rows = Callable[..., list[dict[str, Any]]]


def by_id(run: Spoke, *hubspot_ids: str) -> list[str]:
    """Answer the words about each company, behind its id."""
    options = [word for each in hubspot_ids for word in ("--id", each)]
    result = run("backfill", "--type", "companies", *options)
    assert result.exit_code == 0, result.output
    return [line.partition(": ")[2] for line in result.output.splitlines()]


def test_a_record_is_fetched_at_once_and_what_was_found_is_said(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    first, second, third = (
        simulator.create("companies", {"name": name}) for name in ("One", "Two", "Three")
    )
    assert by_id(run, first, second, third, "999999999") == [
        "new",
        "new",
        "new",
        "HubSpot does not know it",
    ]
    simulator.update("companies", first, {"name": "One more"})
    simulator.archive("companies", third)
    assert by_id(run, first, second, third) == ["updated", "unchanged", "archived"]
    merge = {"primaryObjectId": first, "objectIdToMerge": second}
    survivor = str(simulator.call("POST", "/crm/objects/2026-09/companies/merge", merge)["id"])
    by_id(run, survivor)
    assert by_id(run, second) == [f"merged into {survivor}"]
    assert (
        rows(
            "select * from pending_changes where hubspot_id = any(%s)",
            [first, second, third, survivor],
        )
        == []
    )
    [row] = rows("select name from companies where hubspot_id = %s", survivor)
    assert row["name"] == "One more"


def test_a_record_that_was_merged_away_before_it_was_ever_here(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    first, second = (simulator.create("companies", {"name": name}) for name in ("Kept", "Gone"))
    merge = {"primaryObjectId": first, "objectIdToMerge": second}
    survivor = str(simulator.call("POST", "/crm/objects/2026-09/companies/merge", merge)["id"])
    assert by_id(run, survivor) == ["new"]
    assert by_id(run, second) == [f"merged into {survivor}"]


def test_it_does_not_wait_behind_a_backlog(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        changes.mark(
            conn,
            [Mark(simulator.portal_id, "companies", str(10_000_000 + n)) for n in range(2_000)],
        )
    company = simulator.create("companies", {"name": "Urgent"})
    assert by_id(run, company) == ["new"]
    assert rows(
        "select count(*) as n from pending_changes where hubspot_id::bigint >= 10000000"
    ) == [{"n": 2_000}]


def test_a_record_that_a_worker_is_at_is_waited_for(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    company = simulator.create("companies", {"name": "Busy"})
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "companies", company)])
        changes.claim(conn, Mirrored(simulator.portal_id, COMPANIES), 100)
    rows("update pending_changes set leased_until = now() + interval '1 second' returning 1")
    assert by_id(run, company) == ["new"]


def test_what_cannot_be_fetched_now_says_why_and_waits(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    company = simulator.create("companies", {"name": "Later"})
    run("backfill", "--type", "companies", "--id", company)
    simulator.control("faults", api=[{"fault": "status", "status": 503, "kinds": ["batch_read"]}])
    result = run("backfill", "--type", "companies", "--id", company)
    assert result.exit_code == 1
    assert f"companies {company}: not fetched yet: HubSpot answered 503" in result.output
    assert "the workers, which try again" in result.output
    assert rows("select hubspot_id from pending_changes") == [{"hubspot_id": company}]
    simulator.control("faults", api=[{"fault": "status", "status": 400, "kinds": ["batch_read"]}])
    assert by_id(run, company)[0].startswith("a dead letter now: HubSpot answered 400")


def test_an_erased_person_stays_away(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    company = simulator.create("companies", {"name": "Erased"})
    rows(
        "insert into purges (portal_id, object_type, id_hash) select portal_id, 'companies',"
        " sha256(salt || convert_to('companies:' || %s, 'UTF8')) from portals where portal_id = %s"
        " returning 1",
        company,
        simulator.portal_id,
    )
    assert by_id(run, company) == ["erased here for the person's privacy; it stays away"]


def call_of(simulator: Simulator, moment: str, created: bool) -> str:
    """Make a call that was created or modified at this moment."""
    if created:
        imported = simulator.control(
            "import", type="calls", records=[{"properties": {"hs_createdate": moment}}]
        )
    else:
        ago = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
        imported = simulator.control(
            "import", type="calls", records=[{"properties": {}}], seconds_ago=ago
        )
    return str(imported["ids"][0])


@pytest.mark.parametrize("created", [False, True])
def test_days_are_those_of_the_portals_time_zone_with_both_ends(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows, created: bool
) -> None:
    """The first and second of March in US/Eastern is from 05:00 UTC to 05:00 UTC two days later."""
    exactly = ["03-01T04:59:59.999Z", "03-01T05:00:00Z", "03-03T04:59:59.999Z", "03-03T05:00:00Z"]
    about = ["03-01T04:59:00Z", "03-01T05:01:00Z", "03-03T04:59:00Z", "03-03T05:01:00Z"]
    calls = [
        call_of(simulator, f"201{1 + created}-{each}", created)
        for each in (exactly if created else about)
    ]
    year = f"201{1 + created}"
    options = [
        "--type",
        "calls",
        "--from",
        f"{year}-03-01",
        "--to",
        f"{year}-03-02",
        *["--created"] * created,
    ]
    result = run("backfill", *options)
    how = "created" if created else "modified"
    assert result.output == (
        f"{simulator.portal_id} calls, {how} {year}-03-01 to {year}-03-02 (US/Eastern): 2 found (2 "
        "new);"
        " 1 search and 4 other requests\n"
    )
    here = {row["hubspot_id"] for row in rows("select hubspot_id from hubspot_calls_raw")}
    assert here == set(calls[1:3])
    assert "2 found (2 unchanged)" in run("backfill", *options).output


def test_more_than_a_page_of_one_instant_is_found(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    ago = (datetime.now(UTC) - datetime(2013, 5, 5, 12, tzinfo=UTC)).total_seconds()
    simulator.control("import", type="deals", records=[{"properties": {}}] * 450, seconds_ago=ago)
    result = run("backfill", "--type", "deals", "--from", "2013-05-05", "--to", "2013-05-05")
    assert "450 found (450 new)" in result.output


def test_every_type_of_a_day_where_nothing_was(run: Spoke, context: Context) -> None:
    lines = run("backfill", "--from", "1999-01-01", "--to", "1999-01-01").output.splitlines()
    assert len(lines) == len(CORE_TYPES) and all(
        ": 0 found; 1 search and 0 other" in line for line in lines
    )


def test_without_an_end_the_days_go_up_to_now(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    backfill(context, context.portals()[0], ["notes"], lambda scan: None)
    note = simulator.create("notes", {"hs_note_body": "just now"})
    today = f"{datetime.now(UTC):%Y}-01-01"
    assert "1 new" in run("backfill", "--type", "notes", "--from", today).output
    assert rows("select 1 as n from hubspot_notes_raw where hubspot_id = %s", note) == [{"n": 1}]


@pytest.mark.parametrize("kind", CORE_TYPES.values(), ids=list(CORE_TYPES))
def test_the_created_time_is_asked_for_by_its_name(kind: Any) -> None:
    assert kind.created == created_property(kind)


NONSENSE = [
    ("--id 5", "--id needs exactly one --type"),
    ("--id 5 --type deals --type calls", "--id needs exactly one --type"),
    (
        "--id 5 --type deals --from 2026-01-01",
        "--id names records, --from days: only one of both.",
    ),
    ("--id 5 --type deals --created", "--id names records, --created days"),
    ("--id x5 --type deals", "x5 is no id"),
    ("--id -5 --type deals", "-5 is no id"),
    ("--id 0 --type deals", "0 is no id"),
    ("--id 5 --type cars", "There is no object type cars."),
    ("--to 2026-01-01", "--to needs --from"),
    ("--created", "--created needs --from"),
    ("--from 2026-02-30", "2026-02-30 is no date. Write it as 2026-01-31."),
    ("--from yesterday", "yesterday is no date"),
    ("--from 2026-1-1", "2026-1-1 is no date"),
    ("--from 20260101", "20260101 is no date"),
    ("--from 0001-01-01", "0001-01-01 is no date"),
    ("--from 2026-02-01 --to 2026-01-31", "--from 2026-02-01 is after --to 2026-01-31."),
]


def test_what_makes_no_sense_is_told_before_anything_is_asked(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    simulator.control("reset-stats")
    for options, words in NONSENSE:
        result = run("backfill", *options.split())
        said = " ".join(result.output.replace("│", "").split())
        assert result.exit_code != 0 and words in said, options
    assert simulator.stats()["requests"] == {}


def test_an_id_alone_does_not_say_which_portal(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    run("portals", "add", typed=OTHER_TOKEN + "\n")
    result = run("backfill", "--type", "deals", "--id", "5")
    assert "--id needs --portal" in result.output
    other = str(simulator.portal_id + 1)
    assert run("backfill", "--type", "deals", "--id", "999999", "--portal", other).exit_code == 0
    run("portals", "pause", other, "--reason", "audit")
    assert (
        "paused: audit" in run("backfill", "--type", "deals", "--id", "5", "--portal", other).output
    )


def test_the_last_tenth_of_the_day_never_puts_off_what_is_marked_like_a_live_change(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """The days are not searched then; but what was found before is read."""
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    records = [{"properties": {"name": "Of long ago"}}]
    simulator.control(
        "import",
        type="companies",
        records=records,
        seconds_ago=timedelta(days=4_000).total_seconds(),
    )
    simulator.control("settings", daily_limit=0)  # so that no answer tells another one
    day = (datetime.now(UTC) - timedelta(days=4_000)).date()
    days = (day - timedelta(days=1), day + timedelta(days=1))

    def shorten(found: Found) -> None:
        left = {"limit": 1_000, "remaining": 1, "at": datetime.now(UTC).isoformat()}
        context.server.hset(daily_key(str(portal.portal_id)), mapping=left)

    found = by_date(context, portal, COMPANIES, Days(*days), on_page=shorten)
    assert found.records and WAITS not in found.verdicts
    assert rows("select * from pending_changes where object_type = 'companies'") == []
    with pytest.raises(RateLimited, match="last tenth"):
        by_date(context, portal, COMPANIES, Days(*days))
