"""doctor: check that everything is set up and running, and say what to do where it is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress

import click

from commands.opening import TYPES, opened, stoppable
from commands.table import wrapped
from settings import RECEIVER_NEEDS, WORKER_NEEDS, Settings, SettingsError
from workers.doctor import diagnose
from workers.doctor.finding import Finding

NEEDED = tuple(dict.fromkeys((*WORKER_NEEDS, *RECEIVER_NEEDS)))


@click.command()
@click.option(
    "--subscriptions",
    is_flag=True,
    help="Print the webhooks-hsmeta.json of a project-based app instead.",
)
@TYPES
def doctor(subscriptions: bool, types: tuple[str, ...]) -> None:
    """Check settings, servers, processes, portals and webhooks; exits 1 when anything needs
    mending."""
    if subscriptions:
        click.echo(_subscriptions(types))
        return
    ill = 0
    for finding in _findings():
        ill += not finding.ok
        mark, rest = ("✓", "") if finding.ok else ("✗", f" → {finding.todo}")
        click.echo("\n".join(wrapped(f"{mark} {finding.name}: {finding.found}{rest}", 4)))
    click.echo(f"{ill} {'needs' if ill == 1 else 'need'} mending." if ill else "All is well.")
    sys.exit(1 if ill else 0)


def _findings() -> Iterator[Finding]:
    """Yield every finding. Without Postgres and Redis only the settings can be checked."""
    try:
        Settings.from_env(NEEDED)
        yield Finding("Settings", f"all {len(NEEDED)} that are needed are set")
    except SettingsError as error:
        yield Finding("Settings", str(error).removeprefix("Settings: "), "Set what is missing.")
    with suppress(SettingsError):
        Settings.from_env(WORKER_NEEDS)
        with opened() as context, stoppable(context, "Nothing was changed."):
            yield from diagnose(context)


def _subscriptions(words: tuple[str, ...]) -> str:
    """Write the subscriptions of the types that every portal has, that known portals use, and that
    were named. HubSpot refuses a file that names a type for which the app has no scope."""
    from hubspot.catalogue import BUILT_IN
    from hubspot.subscriptions import app_component

    try:
        settings = Settings.from_env(("PUBLIC_URL",))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if unknown := [word for word in words if not BUILT_IN.find(word)]:
        raise click.ClickException(f"There is no object type {unknown[0]}.")
    named = [kind for word in words if (kind := BUILT_IN.find(word))]
    kinds = {kind.type_id: kind for kind in (*BUILT_IN.in_use, *named)}
    if settings.database_url:
        with opened(("PUBLIC_URL", "DATABASE_URL")) as context:
            for each in context.portals():
                kinds |= {kind.type_id: kind for kind in context.types(each).in_use}
    else:
        click.echo("DATABASE_URL is not set: custom objects are not among these.", err=True)
    return json.dumps(app_component(settings.webhook_url, kinds.values()), indent=2)
