"""outbox: what waits to be sent, what could not be, and sending it again."""

from __future__ import annotations

import click

import jobs
from commands.opening import PORTAL, chosen, opened
from commands.table import age, table
from db.queries import QUERIES
from outgoing import outbox
from outgoing.channels import CHANNELS


@click.group("outbox")
def outbox_group() -> None:
    """Look after what Spoke sends: write-back, Slack, webhooks, reports."""


@outbox_group.command("list")
@PORTAL
def show(portal: int | None) -> None:
    """List each channel with what waits, was sent lately and is dead, and the causes of the last
    deaths."""
    asked = {"portals": None if portal is None else [portal], "at_most": 20}
    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        rows = conn.execute(QUERIES["outgoing_counts"], asked).fetchall()
        dead = conn.execute(QUERIES["dead_outgoing"], asked).fetchall()
    if not rows:
        click.echo("Nothing was ever sent.")
        return
    names = ["portal", "channel", "waiting", "oldest", "sent", "dead"]
    cells = [
        (str(row["portal_id"]), row["channel"], row["waiting"], age(row["oldest_seconds"]),
         row["sent"], row["dead"])
        for row in rows
    ]  # fmt: skip
    click.echo("\n".join(table(names, cells, right=["waiting", "oldest", "sent", "dead"])))
    for row in dead:
        where = f"{row['channel']} to {row['destination']}"
        click.echo(f"  {row['failed_at']:%Y-%m-%d %H:%M} {where}: {row['error']}")


@outbox_group.command()
@click.argument("portal_id", type=int)
@click.option("--channel", type=click.Choice(list(CHANNELS)), help="Only this channel.")
def replay(portal_id: int, channel: str | None) -> None:
    """Send dead messages again."""
    with opened() as context:
        chosen(context, portal_id)
        with context.database.transaction() as conn:
            count = outbox.replay(conn, portal_id, channel)
        jobs.wake(context.server, jobs.OUTGOING)
    click.echo(f"{count:,} messages are on their way again.")
