"""follow: keep every version of a property, of any type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from commands.opening import PORTAL, askable, must_be_types, named, opened
from hubspot.mirrored import Mirrored

if TYPE_CHECKING:
    from db.portals import Portal
    from workers.context import Context


@click.command()
@PORTAL
@click.argument("object_type", required=False)
@click.argument("property_name", metavar="PROPERTY", required=False)
@click.option("--stop", is_flag=True, help="Keep no further versions; those that are here stay.")
def follow(
    portal: int | None, object_type: str | None, property_name: str | None, stop: bool
) -> None:
    """Keep every version of a property, HubSpot's own history included; without a name, list what
    is kept.

    \b
    spoke follow companies industry      the workers read its history within the hour, then live
    spoke history                        reads it now

    It costs a request for each 50 records, and one a day for each 50 that change.
    """
    with opened() as context:
        portals = askable(context, portal)
        if not (object_type and property_name):
            click.echo("\n".join(_kept(context, portals)))
            return
        must_be_types(context, portals, [object_type])
        for each in portals:
            for name in named(context, each, [object_type]):
                click.echo(_moved(context, each, name, property_name, stop))


def _kept(context: Context, portals: list[Portal]) -> list[str]:
    return [
        f"{each.portal_id} {kind.name}: {', '.join(kind.history)}"
        for each in portals
        for kind in context.types(each).values()
        if kind.history
    ]


def _moved(context: Context, portal: Portal, object_type: str, name: str, stop: bool) -> str:
    """Follow a property, or do so no longer; say what comes of it."""
    from db import followed_properties, metadata

    of = Mirrored(portal.portal_id, context.types(portal)[object_type])
    told = f"{portal.portal_id} {object_type}.{name}"
    with context.database.transaction() as conn:
        if stop:
            followed_properties.unfollow(conn, of, name)
            return f"{told} is followed no longer. The versions that are here stay."
        known = metadata.property_names(conn, of)
        if name not in known:
            raise click.ClickException(
                f"Portal {portal.portal_id} has no property {name} of {object_type}."
                if known
                else f"Portal {portal.portal_id}: what properties {object_type} have is not known "
                "yet. Run `spoke backfill` first."
            )
        records = followed_properties.follow(conn, of, name)
    return f"{told} is followed; the history of {records:,} records is to be read."
