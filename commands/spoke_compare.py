"""compare: which records, properties and links another program's copy of HubSpot lost or has
stale."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, TextIO

import click
from rich.progress import Progress

from analytics.spreadsheets import cell
from commands.opening import PORTAL, TYPES, chosen, console, must_be_types, named, opened, stoppable
from commands.table import harmless, wrapped

if TYPE_CHECKING:
    from db.portals import Portal
    from operations.comparing import Findings
    from operations.copied_records import Difference
    from workers.context import Context

SHOWN = 8  # properties on a line
HEADINGS = ("kind", "object_type", "hubspot_id", "what", "hubspot", "copy")


@click.command()
@click.option("--with", "schema", metavar="SCHEMA", required=True, help="Where the copy lies.")
@PORTAL
@TYPES
@click.option(
    "--csv",
    "out",
    type=click.File("w", encoding="utf-8", lazy=True),
    help="Write every difference to this file.",
)
def compare(schema: str, portal: int | None, types: tuple[str, ...], out: TextIO | None) -> None:
    """Say what a copy of HubSpot in another schema lost or has stale; exits 1 on any difference.

    Fivetran's, Airbyte's, dlt's and singer's tables are recognized, and scripts' that name theirs
    alike; a view makes others so. Ours is taken for right: run `spoke verify` first. The copy is
    only read.

    \b
    spoke compare --with fivetran                  every type that it has
    spoke compare --with airbyte --type contacts --csv differences.csv
    """
    from operations.comparing import CompareError

    with opened(("DATABASE_URL",)) as context, stoppable(context, "Run it again to compare all."):
        portals = chosen(context, portal)
        if len(portals) > 1:
            raise click.ClickException("Which portal is the copy of? Name it with --portal.")
        must_be_types(context, portals, types)
        wanted = named(context, portals[0], types)
        try:
            findings = _compared(context, portals[0], schema, wanted, out)
        except CompareError as error:
            raise click.ClickException(harmless(str(error))) from error
    for found in findings:
        click.echo("\n".join(_lines(schema, found)))
    sys.exit(1 if any(found.counts for found in findings) else 0)


def _compared(
    context: Context, portal: Portal, schema: str, types: Sequence[str], out: TextIO | None
) -> list[Findings]:
    """Compare with a bar, and write each difference as it is found."""
    from operations.comparing import Told
    from operations.comparing import compare as compare_copy

    file = csv.writer(out) if out else None
    if file:
        file.writerow(HEADINGS)

    def write(found: Difference) -> None:
        if file:
            file.writerow(map(cell, astuple(found)))

    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("Comparing", total=None)

        def advance(object_type: str, rows: int) -> None:
            progress.update(bar, description=f"Comparing {object_type}", advance=rows)

        return compare_copy(context, portal, schema, types, Told(advance, write))


def _lines(schema: str, found: Findings) -> list[str]:
    """Say how one type of the copy differs, a line for each kind of difference."""
    from operations.copied_records import KINDS

    layout = found.layout
    compared = "all properties" if layout.json else f"{len(layout.properties)} properties"
    if layout.links:
        compared += f", links to {', '.join(each.to for each in layout.links)}"
    lines = [
        f"{layout.object_type}: {found.ours:,} in HubSpot, {found.theirs:,} rows in "
        f"{schema}.{layout.table}; compared: {compared}"
    ]
    for kind, meaning in KINDS.items():
        if count := found.counts[kind]:
            lines += wrapped(f"{kind:<17}{count:>8,}  {meaning}: {_some(found, kind)}", 29)
    if not found.counts:
        lines += wrapped("no difference", 2)
    if lacking := found.lacking:
        told = ", ".join(f"{name} ({count:,})" for name, count in lacking.most_common(SHOWN))
        more = f" and {len(lacking) - SHOWN} more" if len(lacking) > SHOWN else ""
        lines += wrapped(f"no column for {len(lacking)} properties with values: {told}{more}", 4)
    return lines


def _some(found: Findings, kind: str) -> str:
    """Name the properties that differ most, and the first records."""
    whats = [(what, n) for what, n in found.whats[kind].most_common(SHOWN) if n]
    told = ", ".join(f"{what} {count:,}" for what, count in whats)
    ids, more = ", ".join(found.first[kind]), found.records[kind] - len(found.first[kind])
    records = f"records {ids}" + (f" and {more:,} more" if more else "")
    return f"{told}; {records}" if told else records
