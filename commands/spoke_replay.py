"""replay: bring dead letters back."""

from __future__ import annotations

from datetime import datetime

import click

from commands.opening import opened


@click.command()
@click.option("--id", "letter_id", type=int, help="Only this dead letter.")
@click.option(
    "--kind", type=click.Choice(["delivery", "record"]), help="Only letters of this kind."
)
@click.option("--since", type=click.DateTime(), help="Only letters since this time (UTC).")
@click.option("--portal", type=int, help="Only letters of this portal.")
@click.option("--all", "everything", is_flag=True, help="All of them.")
def replay(
    letter_id: int | None,
    kind: str | None,
    since: datetime | None,
    portal: int | None,
    everything: bool,
) -> None:
    """Bring dead letters back: records are fetched again, deliveries go through the stream
    again."""
    from operations.replay import replay as replay_letters

    if not (letter_id or kind or since or portal or everything):
        raise click.UsageError(
            "Say which: --id, --kind, --since, --portal or --all. `spoke status` lists them."
        )
    with opened() as context:
        count = replay_letters(context, letter_id, kind, since, portal)
    click.echo(
        f"{count:,} dead letter{' is on its' if count == 1 else 's are on their'} way again."
    )
