"""status: what is here, what waits and how old it is, what failed and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from commands import arrivals_told
from commands.opening import opened
from commands.table import age, table, wrapped
from db.queries import QueryRow

Read = dict[str, Any]


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="For programs: everything as one JSON object."
)
def status(as_json: bool) -> None:
    """What is here, what waits and how old it is, what failed and why."""
    from operations.status import read

    with opened() as context:
        found = read(context)
    if as_json:
        click.echo(json.dumps(found, default=_plain, indent=2))
    else:
        click.echo("\n".join(line for section in SECTIONS for line in section(found)))


def _plain(value: object) -> object:
    """What JSON has no word for: times in ISO 8601, exact numbers as numbers, anything else as
    text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


def _section(title: str, lines: list[str], empty: str = "none") -> list[str]:
    return [title, *lines] if lines else [f"{title}: {empty}"]


def _to_mend(found: Read) -> list[str]:
    """What keeps workers from storing anything; deliveries and changes wait meanwhile."""
    return _section(
        "To be mended", [line for each in found["to_mend"] for line in wrapped(each, 4)], "nothing"
    )


def _portals(found: Read) -> list[str]:
    names = ["portal", "state", "rows", "waiting", "oldest", "reason"]
    rows = [
        (
            str(row["portal_id"]),
            row["state"],
            row["rows"],
            row["pending"],
            age(row["oldest_pending_seconds"]),
            row["paused_reason"],
        )
        for row in found["portals"]
    ]
    lines = table(names, rows, right=["rows", "waiting", "oldest"]) if rows else []
    return _section("Portals", lines, "none; set HUBSPOT_ACCESS_TOKEN or run `spoke portals add`")


def _daily_limits(found: Read) -> list[str]:
    rows = [
        (
            str(row["portal_id"]),
            f"{row['used']:,} of {row['limit']:,}",
            row["remaining"],
            _forecast(row),
        )
        for row in found["daily_limits"]
    ]
    names = ["portal", "used today", "left", "at this pace"]
    return _section(
        "Daily limit", table(names, rows, right=["left"]) if rows else [], "nothing asked yet"
    )


def _forecast(row: QueryRow) -> str:
    until = f"midnight in {row['time_zone']}"
    return (
        f"spent at {row['spent_at']:%H:%M}, before {until}"
        if row["spent_at"]
        else f"enough until {until}"
    )


def _copy(found: Read) -> list[str]:
    """Only types that have something to tell."""
    told = [
        row
        for row in found["copy"]
        if row["rows"] or row["archived_rows"] or row["pending"] or row["failed"]
    ]
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["rows"],
            row["archived_rows"],
            row["pending"],
            age(row["oldest_pending_seconds"]),
            row["failed"],
            _milliseconds(row["latency_p95_ms"]),
            row["last_event_at"],
        )
        for row in told
    ]
    names = [
        "portal",
        "type",
        "rows",
        "archived",
        "waiting",
        "oldest",
        "failed",
        "p95",
        "last event",
    ]
    return _section(
        "Copy", table(names, rows, right=names[2:8]) if rows else [], "empty; run `spoke backfill`"
    )


def _milliseconds(latency: float | None) -> str:
    if latency is None:
        return ""
    return f"{latency:.0f} ms" if latency < 1_000 else age(float(latency) / 1_000)


def _redis(found: Read) -> list[str]:
    """Only while it is so full that deliveries are refused."""
    full = found["redis"]["full"]
    return ["Redis is full", *wrapped(full, 2)] if full else []


def _running(found: Read) -> list[str]:
    rows = [
        (
            str(row["portal_id"]),
            f"{row['kind']} {row['object_type']}"
            + ("" if row["state"] == "running" else f" ({row['state']})"),
            row["records"],
            f"{row['rows_per_second']:,.0f}/s" if row["rows_per_second"] else "",
            f"{row['share']:.0%}" if row["share"] is not None else "",
            age(row["seconds_left"]),
        )
        for row in found["running"]
    ]
    names = ["portal", "run", "records", "pace", "done", "left"]
    return _section("Running", table(names, rows, right=names[2:]) if rows else [])


def _failed_runs(found: Read) -> list[str]:
    names = ["portal", "run", "state", "why"]
    rows = [
        (
            str(row["portal_id"]),
            f"{row['kind']} {row['object_type']}",
            row["state"],
            row["error"] or "its worker died",
        )
        for row in found["failed_runs"]
    ]
    return _section("Failed runs", table(names, rows) if rows else [])


def _failing(found: Read) -> list[str]:
    names = ["portal", "type", "records", "tried", "next", "why"]
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["records"],
            row["attempts"],
            row["next_at"],
            row["error"],
        )
        for row in found["failing"]
    ]
    return _section(
        "Tried in vain, tried again", table(names, rows, right=["records", "tried"]) if rows else []
    )


def _dead_letters(found: Read) -> list[str]:
    """The exact cause of each, in full."""
    count, letters = found["dead_letters"], found["recent_letters"]
    lines = [
        line
        for letter in letters
        for line in wrapped(
            f"{letter['letter_id']}  {letter['created_at']:%Y-%m-%d %H:%M}  {_subject(letter)}: "
            f"{letter['reason']}",
            6,
        )
    ]
    if count > len(letters):
        lines.append(f"  and {count - len(letters):,} older ones")
    return _section(
        f"Dead letters ({count:,}; `spoke replay` brings them back)" if count else "Dead letters",
        lines,
    )


def _subject(letter: QueryRow) -> str:
    if letter["kind"] == "delivery":
        return "delivery"
    return f"portal {letter['portal_id']}, {letter['object_type']} {letter['hubspot_id']}"


def _verified(found: Read) -> list[str]:
    """A line per portal and type of which there was anything to compare."""
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["finished_at"],
            f"{row['compared']:,}{' (a sample)' if row['sampled'] else ''}",
            row["unequal"],
            "fetched again" if row["unequal"] and row["healed"] else "",
        )
        for row in found["verified"]
        if row["compared"] or row["unequal"]
    ]
    names = ["portal", "type", "last verify", "compared", "differed", ""]
    return _section(
        "Verified",
        table(names, rows, right=["compared", "differed"]) if rows else [],
        "never; run `spoke verify`",
    )


def _nights(found: Read) -> list[str]:
    """A line per portal and type: when everything was last compared and healed, and how the last
    night went."""
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["last_nightly_at"] or "never",
            row["records"],
            _night(row),
        )
        for row in found["nights"]
    ]
    names = ["portal", "type", "everything compared", "last night", ""]
    return _section(
        "Swept",
        table(names, rows, right=["last night"]) if rows else [],
        "never; the clock does it nightly",
    )


def _night(row: QueryRow) -> str:
    if row["state"] != "completed":
        return str(row["state"])
    return f"of {row['rows']:,}: everything within {row['nights']} nights" if row["nights"] else ""


def _custom_objects(found: Read) -> list[str]:
    """Each type that a portal defined itself, and why those of a portal are not known."""
    names = ["portal", "type", "id", "in HubSpot", "state"]
    rows = [
        (str(row["portal_id"]), row["object_type"], row["type_id"], row["label"], _presence(row))
        for row in found["custom_objects"]
        if row["type_id"]
    ]
    unseen = {
        row["portal_id"]: row["schemas_error"]
        for row in found["custom_objects"]
        if row["schemas_error"]
    }
    told = (f"Those of portal {each} cannot be seen: {why}" for each, why in unseen.items())
    lines = [line for sentence in told for line in wrapped(sentence, 4)]
    return _section("Custom objects", [*(table(names, rows) if rows else []), *lines])


def _presence(row: QueryRow) -> str:
    return (
        f"gone from HubSpot since {row['gone_at']:%Y-%m-%d %H:%M}; rows stay"
        if row["gone_at"]
        else "mirrored"
    )


def _value_issues(found: Read) -> list[str]:
    names = ["portal", "property", "times", "last record", "why"]
    rows = [
        (
            str(row["portal_id"]),
            f"{row['object_type']}.{row['property']}",
            row["occurrences"],
            row["last_hubspot_id"],
            row["reason"],
        )
        for row in found["value_issues"]
    ]
    return _section("Values that did not fit", table(names, rows, right=["times"]) if rows else [])


def _histories(found: Read) -> list[str]:
    """Records whose history in HubSpot is still to be read; the clock reads it every hour."""
    names = ["portal", "type", "to read", "last failure"]
    rows = [
        (str(row["portal_id"]), row["object_type"], row["records"], row["error"])
        for row in found["histories"]
    ]
    return _section("Histories", table(names, rows, right=["to read"]) if rows else [], "all read")


def _new_properties(found: Read) -> list[str]:
    """Properties that HubSpot has since lately: the records that were read without them are read
    again."""
    names = ["portal", "type", "properties", "read again", "last failure"]
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            _first(row["names"]),
            row["records"],
            row["error"],
        )
        for row in found["new_properties"]
    ]
    return _section(
        "New properties",
        table(names, rows, right=["read again"]) if rows else [],
        "every record has them",
    )


def _first(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _views(found: Read) -> list[str]:
    """What `contacts`, `deals` … do not show as the portals define it; every record's raw_json has
    it all the same."""
    lines = [
        line
        for row in found["views"]
        for text in (row["problem"], _left_out(row["left_out"]))
        if text
        for line in wrapped(f"{row['name']}: {text}", 6)
    ]
    return _section("Views", lines, "a column for every property")


def _left_out(names: list[str]) -> str:
    more = " …" if len(names) > 10 else ""
    return f"no room for {len(names):,} properties: {', '.join(names[:10])}{more}" if names else ""


SECTIONS: tuple[Callable[[Read], list[str]], ...] = (
    _to_mend,
    _portals,
    _daily_limits,
    _copy,
    arrivals_told.deliveries,
    arrivals_told.privacy,
    _redis,
    _running,
    _failing,
    _failed_runs,
    _dead_letters,
    _verified,
    _nights,
    _custom_objects,
    _value_issues,
    _histories,
    _new_properties,
    _views,
)
