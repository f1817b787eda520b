"""write-back: values that Spoke keeps in HubSpot; what would change, and writing it."""

from __future__ import annotations

from collections.abc import Iterator

import click

import jobs
from commands.opening import PORTAL, askable, chosen, opened
from commands.table import table
from db.portals import Portal
from db.queries import QUERIES
from outgoing import follow_ups, outbox, write_back
from outgoing.write_backs import WRITE_BACKS, WriteBack
from workers.context import Context

SHOWN = 20
ONLY = click.option("--only", metavar="PROPERTY", multiple=True, help="Only this property.")


@click.group("write-back")
def write_back_group() -> None:
    """Write scores and segments into properties of HubSpot: only what changed."""


def _entries(only: tuple[str, ...]) -> list[WriteBack]:
    for name in only:
        if name not in WRITE_BACKS:
            raise click.BadParameter(f"there is no {name}; there are {', '.join(WRITE_BACKS)}")
    return [entry for name, entry in WRITE_BACKS.items() if not only or name in only]


@write_back_group.command()
@PORTAL
@ONLY
@click.option("--lines", type=click.IntRange(min=0), default=SHOWN, help="Differences to show.")
def plan(portal: int | None, only: tuple[str, ...], lines: int) -> None:
    """Show what would be written, and write nothing."""
    entries = _entries(only)
    with opened() as context:
        for each in chosen(context, portal):
            click.echo("\n".join(_planned(context, each, entries, lines)))


def _planned(
    context: Context, portal: Portal, entries: list[WriteBack], lines: int
) -> Iterator[str]:
    with context.database.transaction() as conn:
        found = write_back.plan(conn, portal.portal_id, entries)
    batches = -(-len({(each.object_type, each.hubspot_id) for each in found}) // write_back.BATCH)
    told = f"{len(found):,} values differ; {batches:,} requests would write them."
    yield f"Portal {portal.portal_id}: {told if found else 'HubSpot has every value.'}"
    if found and lines:
        cells = [
            (each.object_type, each.hubspot_id, each.name, each.known, each.wanted)
            for each in found[:lines]
        ]
        yield from table(["type", "record", "property", "HubSpot has", "wanted"], cells)
    if len(found) > lines:
        yield f"  and {len(found) - lines:,} more"


@write_back_group.command()
@PORTAL
@ONLY
def run(portal: int | None, only: tuple[str, ...]) -> None:
    """Write what differs. The workers send it, after live changes; `status` says how far they
    are."""
    entries = _entries(only)
    with opened() as context:
        for each in askable(context, portal):
            try:
                with context.database.transaction() as conn:
                    found = write_back.plan(conn, each.portal_id, entries)
                    batches = write_back.order(conn, each.portal_id, found, entries)
            except write_back.UnderWay as error:
                raise click.ClickException(str(error)) from error
            click.echo(f"Portal {each.portal_id}: {len(found):,} values in {batches:,} requests.")
        jobs.wake(context.server, jobs.OUTGOING)


@write_back_group.command()
@click.argument("portal_id", type=int)
@click.option("--reason", required=True, help="Why; shown in status.")
def pause(portal_id: int, reason: str) -> None:
    """Write nothing to HubSpot for this portal; what is ordered waits."""
    with opened() as context:
        chosen(context, portal_id)
        with context.database.transaction() as conn:
            outbox.hold(conn, portal_id, write_back.CHANNEL, reason)
    click.echo(f"Portal {portal_id}: write-back is paused: {reason}.")


@write_back_group.command()
@click.argument("portal_id", type=int)
def resume(portal_id: int) -> None:
    """Go on writing what waits."""
    with opened() as context:
        chosen(context, portal_id)
        with context.database.transaction() as conn:
            outbox.resume(conn, portal_id, write_back.CHANNEL)
        jobs.wake(context.server, jobs.OUTGOING)
    click.echo(f"Portal {portal_id}: write-back goes on.")


@write_back_group.command()
@PORTAL
def status(portal: int | None) -> None:
    """Show how many values HubSpot has, was asked for and refused, with the last reason."""
    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        asked = {"portals": None if portal is None else [portal]}
        rows = conn.execute(QUERIES["write_back_state"], asked).fetchall()
        holds = conn.execute(QUERIES["outgoing_holds"]).fetchall()
    names = ["portal", "type", "property", "written", "under way", "refused", "last reason"]
    columns = ("object_type", "property", "written", "asked", "refused", "error")
    cells = [(str(row["portal_id"]), *(row[each] for each in columns)) for row in rows]
    right = ["written", "under way", "refused"]
    click.echo("\n".join(table(names, cells, right)) if cells else "Nothing was written yet.")
    for hold in holds:
        if hold["channel"] == "write_back" and portal in (None, hold["portal_id"]):
            until = f"until {hold['until']:%H:%M} UTC" if hold["until"] else "until it is resumed"
            click.echo(f"Portal {hold['portal_id']}: held {until}: {hold['reason']}")


@write_back_group.command("follow-ups")
@PORTAL
@click.option("--score", type=float, default=80, show_default=True, help="At least this score.")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=14,
    show_default=True,
    help="Without a touch for so many days.",
)
@click.option("--write", is_flag=True, help="Make the tasks; without it they are only shown.")
def follow_up(portal: int | None, score: float, days: int, write: bool) -> None:
    """Show contacts of high value that nobody has touched, and make HubSpot tasks of them."""
    with opened() as context:
        for each in askable(context, portal):
            with context.database.transaction() as conn:
                found = follow_ups.plan(conn, each.portal_id, score, days)
                messages = follow_ups.order(conn, each.portal_id, found) if write else 0
            told = f"{messages:,} requests make them" if write else "--write makes them"
            click.echo(f"Portal {each.portal_id}: {len(found):,} tasks; {told}.")
            cells = [
                (one.contact_id, f"{one.score:.0f}", (one.touched_at or "never")[:10], one.owner_id)
                for one in found[:SHOWN]
            ]
            if cells:
                click.echo("\n".join(table(["contact", "score", "last touch", "owner"], cells)))
        if write:
            jobs.wake(context.server, jobs.OUTGOING)
