"""status: what is here, what waits and how old it is, what failed and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from commands import arrivals_told, status_copy, status_work
from commands.opening import opened

Read = dict[str, Any]


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="For programs: everything as one JSON object."
)
def status(as_json: bool) -> None:
    """Show what is here, what waits and how old it is, what failed and why."""
    from operations.status import read

    with opened() as context:
        found = read(context)
    if as_json:
        click.echo(json.dumps(found, default=_plain, indent=2))
    else:
        click.echo("\n".join(line for section in SECTIONS for line in section(found)))


def _plain(value: object) -> object:
    """Write values that JSON has no word for: times in ISO 8601, exact numbers as numbers, anything
    else as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


SECTIONS: tuple[Callable[[Read], list[str]], ...] = (
    status_work.to_mend,
    status_work.processes,
    status_work.portals,
    status_work.daily_limits,
    status_work.copy,
    status_copy.schema_findings,
    status_copy.polled,
    status_copy.rollups,
    arrivals_told.deliveries,
    arrivals_told.privacy,
    status_work.redis,
    status_work.running,
    status_work.failing,
    status_work.failed_runs,
    status_work.dead_letters,
    status_work.outgoing,
    status_copy.verified,
    status_copy.nights,
    status_copy.custom_objects,
    status_copy.optional_types,
    status_copy.value_issues,
    status_copy.histories,
    status_copy.new_properties,
    status_copy.views,
)
