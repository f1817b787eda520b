"""scans: how backfills, reconciles and nightly comparisons get on; pause, resume and cancel
them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from commands.opening import PORTAL, TYPES, chosen, must_be_types, named, opened
from commands.table import age, table, wrapped
from db import scans as runs
from db.queries import QueryRow
from workers.context import Context

COUNTS = ["records", "done", "requests/s", "left", "heard of"]
NAMES = ["scan", "portal", "run", "state", *COUNTS]


@click.group(invoke_without_command=True)
@PORTAL
@TYPES
@click.option("--all", "everything", is_flag=True, help="Every run, newest first (200 at most).")
@click.pass_context
def scans(
    command: click.Context, portal: int | None, types: tuple[str, ...], everything: bool
) -> None:
    """Show how backfills, reconciles and nightly comparisons get on: the latest run of each type.
    Pause, resume or cancel them.

    \b
    pending → running → completed       running ⇄ paused
    failed and crashed (no sign of life for ten minutes) runs go on from their checkpoint;
    cancelled ones never do.
    """
    if command.invoked_subcommand:
        return
    with opened() as context:
        resolved = _resolved(context, portal, types)
        with context.database.transaction() as conn:
            rows = runs.listed(conn, portal, resolved, everything)
    if not rows:
        click.echo("Scans: none; run `spoke backfill`")
        return
    heading, *lines = table(NAMES, map(_cells, rows), right=COUNTS)
    click.echo(heading)
    for row, line in zip(rows, lines, strict=True):
        click.echo("\n".join([line, *_found(row), *_why(row)]))


def _cells(row: QueryRow) -> tuple[object, ...]:
    return (
        str(row["scan_id"])[:8],
        str(row["portal_id"]),
        f"{row['kind']} {row['object_type']}",
        row["state"],
        row["records"],
        f"{row['share']:.0%}" if row["share"] is not None else "",
        f"{row['requests_per_second']:.1f}" if row["requests_per_second"] else "",
        age(row["seconds_left"]),
        f"{age(row['silent_seconds'])} ago" if row["silent_seconds"] is not None else "",
    )


def _found(row: QueryRow) -> list[str]:
    """Say what a complete run found, where that was counted."""
    if row["state"] != "completed" or row["unchanged"] is None:
        return []
    counts = f"{row['created']:,} new, {row['updated']:,} changed, {row['unchanged']:,} as here"
    return wrapped(" " * 10 + counts, 12)


def _why(row: QueryRow) -> list[str]:
    """Put causes on lines of their own: they are long."""
    reason = row["error"] or ("its worker died" if row["state"] == "crashed" else None)
    if reason:
        return wrapped(" " * 10 + reason, 12)
    return []


def _selection(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which runs are meant."""
    for option in (
        click.option("--all", "everything", is_flag=True, help="Every run of every type."),
        TYPES,
        PORTAL,
        click.argument("scan_id", required=False),
    ):
        function = option(function)
    return function


@scans.command()
@_selection
def pause(**selection: Any) -> None:
    """Stop a running backfill or nightly comparison after the page that it reads, until it is
    resumed.

    SCAN_ID is the beginning of an id that `spoke scans` shows; without it, --type, --portal or
    --all say which.
    """
    with opened() as context:
        for row in _moved(context, "pause", **selection):
            click.echo(
                f"{_called(row)} pauses after {row['records']:,} records; `spoke scans resume` "
                "lets it go on."
            )


@scans.command()
@_selection
def resume(**selection: Any) -> None:
    """Let a paused, crashed or failed backfill or nightly comparison go on from its checkpoint
    (workers must be running).

    SCAN_ID is the beginning of an id that `spoke scans` shows; without it, --type, --portal or
    --all say which.
    """
    from operations.scan_moves import take_up

    with opened() as context:
        for row in _moved(context, "resume", **selection):
            take_up(context, row["portal_id"], row["kind"])
            click.echo(
                f"{_called(row)} goes on after {row['records']:,} records as soon as a worker is "
                "free."
            )


@scans.command()
@_selection
def cancel(**selection: Any) -> None:
    """End a backfill or nightly comparison for good after the page that it reads. What was fetched
    stays; the next run begins at the beginning.

    SCAN_ID is the beginning of an id that `spoke scans` shows; without it, --type, --portal or
    --all say which.
    """
    with opened() as context:
        for row in _moved(context, "cancel", **selection):
            click.echo(f"{_called(row)} is cancelled after {row['records']:,} records, which stay.")


def _moved(
    context: Context,
    action: str,
    scan_id: str | None,
    portal: int | None,
    types: tuple[str, ...],
    everything: bool,
) -> list[QueryRow]:
    """Answer the runs that changed their state, as they were; say why when there are none."""
    if not (scan_id or portal or types or everything):
        raise click.UsageError(
            "Say which: a SCAN_ID, --type, --portal or --all. `spoke scans` lists them."
        )
    names = _resolved(context, portal, types)
    with context.database.transaction() as conn:
        meant = (
            _one(runs.named(conn, scan_id), scan_id)
            if scan_id
            else runs.listed(conn, portal, names)
        )
        moved = runs.move(conn, action, [row["scan_id"] for row in meant])
    if not moved:
        _, may_be = runs.MOVES[action]
        found = "; ".join(
            f"{_called(row)} is {row['state']}" for row in meant if row["kind"] in runs.MOVABLE
        )
        raise click.ClickException(
            f"Nothing to {action}: {found or 'there is no such backfill or nightly comparison'}. "
            f"A run can {action} when it is {' or '.join(may_be)} and the latest of its type."
        )
    return [row for row in meant if row["scan_id"] in moved]


def _one(found: list[QueryRow], scan_id: str) -> list[QueryRow]:
    if len(found) != 1:
        raise click.ClickException(
            f"{'More than one run begins' if found else 'No run begins'} with {scan_id}."
        )
    return found


def _resolved(context: Context, portal: int | None, types: tuple[str, ...]) -> list[str]:
    """Answer the names of the types that were typed; none when none were."""
    if not types:
        return []
    portals = chosen(context, portal)
    must_be_types(context, portals, types)
    return sorted(set().union(*(named(context, each, types) for each in portals)))


def _called(row: QueryRow) -> str:
    return f"{row['kind'].capitalize()} of {row['object_type']} (portal {row['portal_id']})"
