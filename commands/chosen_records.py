"""backfill of chosen records: by id, or all of some days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import click

from commands.opening import askable, console, must_be_types, named
from db.portals import Portal
from hubspot.objects import ObjectType
from workers.context import Context
from workers.selected import WAITS, Days, Found, by_date, by_id

_OPTIONS = {"hubspot_ids": "--id", "first": "--from", "last": "--to", "created": "--created"}


def ids(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    for value in values:
        if not re.fullmatch("[1-9][0-9]{0,18}", value):
            raise click.BadParameter(
                f"{value} is no id: HubSpot's ids are whole numbers, as in the record's address."
            )
    return tuple(dict.fromkeys(values))


def day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        found = None
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            found = date.fromisoformat(value)
    except ValueError:  # the 30th of February
        found = None
    if found is None or not 1970 <= found.year < 3000:
        raise click.BadParameter(f"{value} is no date. Write it as 2026-01-31.")
    return found


def must_fit(types: tuple[str, ...], **options: Any) -> None:
    """Say which options contradict each other, before HubSpot is asked."""
    given = {name for name, value in options.items() if value}
    if "hubspot_ids" in given:
        if others := sorted(_OPTIONS[name] for name in given - {"hubspot_ids"}):
            raise click.UsageError(
                f"--id names records, {' and '.join(others)} days: only one of both."
            )
        if len(types) != 1:
            raise click.UsageError(
                "--id needs exactly one --type: ids of different types may be the same."
            )
    elif given and "first" not in given:
        raise click.UsageError(
            f"{' and '.join(sorted(_OPTIONS[name] for name in given))} needs --from."
        )
    if {"first", "last"} <= given and options["first"] > options["last"]:
        raise click.UsageError(f"--from {options['first']} is after --to {options['last']}.")


def fetch_ids(
    context: Context, portal_id: int | None, object_type: str, hubspot_ids: tuple[str, ...]
) -> bool:
    """Say of each record what was found; answer whether all of them could be asked for."""
    portals = _open(context, portal_id)
    if len(portals) > 1:
        raise click.UsageError("--id needs --portal: ids of different portals may be the same.")
    must_be_types(context, portals, [object_type])
    kind = _kinds(context, portals[0], (object_type,))[0]
    told = by_id(context, portals[0], kind, hubspot_ids)
    for hubspot_id, verdict in told.items():
        click.echo(f"{kind.name} {hubspot_id}: {verdict}")
    return not any(verdict.startswith(WAITS) for verdict in told.values())


def fetch_days(
    context: Context,
    portal_id: int | None,
    types: tuple[str, ...],
    first: date,
    last: date | None,
    created: bool,
) -> bool:
    """Say of each type how many records the days had, what became of them and what it cost."""
    portals, complete = _open(context, portal_id), True
    must_be_types(context, portals, types)
    days = Days(first, last or date.today() + timedelta(days=1), created)
    for portal in portals:
        for kind in _kinds(context, portal, types):
            with console.status("") as line:

                def show(found: Found, name: str = kind.name) -> None:
                    line.update(
                        f"{name}: {found.records:,} found, {found.verdicts.total():,} fetched"
                    )

                found = by_date(context, portal, kind, days, show)
            click.echo(_told(portal, kind, found, created))
            complete = complete and WAITS not in found.verdicts
    return complete


def _told(portal: Portal, kind: ObjectType, found: Found, created: bool) -> str:
    verdicts = ", ".join(
        f"{count:,} {verdict}" for verdict, count in sorted(found.verdicts.items())
    )
    days = (
        f"{found.since:%Y-%m-%d} to {found.until - timedelta(days=1):%Y-%m-%d} ({portal.time_zone})"
    )
    searches = f"{found.searches:,} search" + ("" if found.searches == 1 else "es")
    cost = f"{searches} and {found.reads:,} other requests"
    how = "created" if created else "modified"
    what = f"{found.records:,} found" + (f" ({verdicts})" if verdicts else "")
    return f"{portal.portal_id} {kind.name}, {how} {days}: {what}; {cost}"


def _open(context: Context, portal_id: int | None) -> list[Portal]:
    return askable(context, portal_id)


def _kinds(context: Context, portal: Portal, types: tuple[str, ...]) -> list[ObjectType]:
    known = context.types(portal)
    if types:
        return [known[name] for name in named(context, portal, types)]
    return list(known.in_use)
