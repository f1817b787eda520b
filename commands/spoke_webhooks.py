"""webhooks: where webhooks of ours go; add, list, test, rotate, replay, remove."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import click

import jobs
from commands.opening import PORTAL, chosen, opened
from commands.table import table
from outgoing import endpoints, guarded_http, outbox, webhooks
from outgoing.endpoints import Endpoint
from settings import WORKER_NEEDS
from workers.context import Context

NEEDS = (*WORKER_NEEDS, "ENCRYPTION_KEY")
ENDPOINT = click.argument("endpoint_id", metavar="ENDPOINT")


@click.group("webhooks")
def webhooks_group() -> None:
    """Tell other programs what changes: webhooks, signed as Standard Webhooks says."""


@webhooks_group.command()
@click.argument("url")
@PORTAL
@click.option(
    "--event", "events", multiple=True, type=click.Choice(list(endpoints.EVENTS)),
    help="Only this event; may be repeated.",
)  # fmt: skip
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only this object type.")
@click.option("--property", "properties", multiple=True, help="Only changes of this property.")
def add(
    url: str,
    portal: int | None,
    events: tuple[str, ...],
    types: tuple[str, ...],
    properties: tuple[str, ...],
) -> None:
    """Send webhooks to URL from now on. The secret is shown once; it is stored encrypted."""
    secret, endpoint_id = endpoints.new_secret(), endpoints.new_id()
    with opened(NEEDS) as context:
        try:
            guarded_http.checked(url, context.settings.outgoing_private_hosts)
        except guarded_http.Forbidden as error:
            raise click.ClickException(f"{url}: {error}.") from error
        portals = chosen(context, portal)
        if len(portals) > 1:
            raise click.UsageError("Say of which portal: --portal.")
        portal_id = portals[0].portal_id
        given = {
            "url": url,
            "secrets": [_encrypted(context, secret, portal_id)],
            "events": list(events),
            "object_types": list(types),
            "properties": list(properties),
        }
        with context.database.transaction() as conn:
            endpoints.add(conn, portal_id, endpoint_id, given)
    click.echo(f"{endpoint_id} hears of portal {portal_id}. Its secret, shown this once:")
    click.echo(secret)
    click.echo(f"Next: spoke webhooks test {endpoint_id}")


def _encrypted(context: Context, secret: str, portal_id: int) -> bytes:
    from workers import tokens

    return tokens.encrypt(secret, context.settings.encryption_key, portal_id)


def _found(context: Context, endpoint_id: str) -> Endpoint:
    with context.database.transaction() as conn:
        known = {each.endpoint_id: each for each in endpoints.everything(conn)}
    if endpoint_id not in known:
        raise click.ClickException(f"There is no endpoint {endpoint_id}. `spoke webhooks list`.")
    return known[endpoint_id]


@webhooks_group.command("list")
def show() -> None:
    """List the endpoints with what they hear."""
    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        known = endpoints.everything(conn)
    if not known:
        click.echo("Endpoints: none. `spoke webhooks add URL` adds one.")
        return
    cells = [
        (
            each.endpoint_id,
            str(each.portal_id),
            ", ".join(each.events) or "all",
            ", ".join(each.object_types) or "all",
            ", ".join(each.properties) or "all",
            each.url,
        )
        for each in known
    ]
    names = ["endpoint", "portal", "events", "types", "properties", "url"]
    click.echo("\n".join(table(names, cells)))


@webhooks_group.command()
@ENDPOINT
def test(endpoint_id: str) -> None:
    """Send a test message now, and say what the endpoint answered."""
    from workers.outgoing import outlet_of

    with opened(NEEDS) as context:
        found, now = _found(context, endpoint_id), datetime.now(UTC)
        message = outbox.Message(
            portal_id=found.portal_id,
            message_id=uuid4(),
            channel=webhooks.CHANNEL,
            destination=endpoint_id,
            idempotency_key="test",
            payload={"type": webhooks.TEST, "timestamp": now.isoformat(), "data": {}},
            made_at=now,
            expires_at=None,
            is_past=False,
            attempts=1,
            leased_until=now,
        )
        try:
            webhooks.send(outlet_of(context), message)
        except (outbox.Unsent, guarded_http.Forbidden, guarded_http.NoAnswer) as error:
            raise click.ClickException(f"{found.url}: {error}.") from error
    click.echo(f"{found.url} took it.")


@webhooks_group.command()
@ENDPOINT
@click.option("--end", is_flag=True, help="Sign with the newest secret alone from now on.")
def rotate(endpoint_id: str, end: bool) -> None:
    """Give an endpoint a new secret. Messages are signed with both until `rotate --end`."""
    with opened(NEEDS) as context:
        found, secret = _found(context, endpoint_id), endpoints.new_secret()
        kept = found.secrets[:1]
        if not end:
            kept = [_encrypted(context, secret, found.portal_id), *kept]
        with context.database.transaction() as conn:
            endpoints.put_secrets(conn, found.portal_id, endpoint_id, kept)
    click.echo("Only the newest secret signs now." if end else f"The new secret:\n{secret}")


@webhooks_group.command()
@ENDPOINT
@click.option("--since", type=click.DateTime(), help="Also messages that were sent, since (UTC).")
def replay(endpoint_id: str, since: datetime | None) -> None:
    """Send dead messages again; with --since also the ones that were sent."""
    with opened() as context:
        found = _found(context, endpoint_id)
        since = since.replace(tzinfo=UTC) if since else None
        with context.database.transaction() as conn:
            count = outbox.replay(
                conn, found.portal_id, webhooks.CHANNEL, endpoint_id, sent_since=since
            )
        jobs.wake(context.server, jobs.OUTGOING)
    click.echo(f"{count:,} messages are on their way again.")


@webhooks_group.command()
@ENDPOINT
def remove(endpoint_id: str) -> None:
    """Send nothing more to an endpoint, and forget what waits for it."""
    with opened(("DATABASE_URL",)) as context:
        found = _found(context, endpoint_id)
        with context.database.transaction() as conn:
            endpoints.remove(conn, found.portal_id, endpoint_id)
    click.echo(f"{endpoint_id} is removed.")
