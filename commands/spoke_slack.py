"""slack: try the connection, and show what alerts and reports would say now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from commands.opening import PORTAL, chosen, opened
from commands.table import harmless, table
from outgoing import block_kit, slack, slack_reports
from outgoing.alert_list import ALERTS, AlertWatch
from outgoing.guarded_http import Forbidden, NoAnswer
from outgoing.outbox import Unsent

OFTEN = {"ever": "once for each", "day": "once a day", "week": "once a week"}
NAMES = tuple(each.name for each in (*ALERTS, *slack_reports.REPORTS))


@click.group("slack")
def slack_group() -> None:
    """Send alerts and reports to Slack: set SLACK_WEBHOOK_URL to an incoming webhook."""


@slack_group.command()
def test() -> None:
    """Post one line, past the outbox, and say what Slack answered."""
    with opened(()) as context:
        said = "Spoke can reach this channel: alerts and reports come here."
        try:
            slack.post(
                context.settings.slack_webhook_url,
                block_kit.message(said, [block_kit.section(said)]),
            )
        except (Unsent, Forbidden, NoAnswer) as error:
            raise click.ClickException(f"{error}.") from error
    click.echo("Slack took it.")


@slack_group.command("list")
def list_alerts() -> None:
    """List every alert and report, and how often each comes."""
    rows = [(each.name, OFTEN[each.once], each.about) for each in ALERTS]
    for each in slack_reports.REPORTS:
        often = OFTEN["day"] if each.days == 1 else OFTEN["week"]
        rows.append((each.name, often, "all metrics, against the period before"))
    click.echo("\n".join(table(["alert", "comes", "tells of"], rows)))


@slack_group.command()
@click.argument("name", type=click.Choice(NAMES))
@PORTAL
@click.option("--json", "as_json", is_flag=True, help="As Slack would get it.")
def preview(name: str, portal: int | None, as_json: bool) -> None:
    """Show what an alert or report would say now. Nothing is sent."""
    from workers.alerts import watch

    with opened(("DATABASE_URL",)) as context:
        for each in chosen(context, portal):
            with context.database.transaction() as conn:
                found = list(_messages(watch(conn, each.portal_id, datetime.now(UTC)), name))
            for message in found:
                click.echo(json.dumps(message, indent=2) if as_json else _plain(message))
            if not found:
                click.echo(f"Portal {each.portal_id}: nothing to tell.")


def _messages(seen: AlertWatch, name: str) -> Iterator[dict[str, Any]]:
    for alert in ALERTS:
        if alert.name == name:
            yield from (dict(each.payload) for each in alert.drafts(seen))
    for report in slack_reports.REPORTS:
        if report.name == name:
            yield slack_reports.message(report, seen)


def _plain(message: dict[str, Any]) -> str:
    """Write the texts of a message one below the other, for a terminal."""
    said = []
    for block in message["blocks"]:
        texts = [block["text"]] if "text" in block else block.get("fields", block.get("elements"))
        said += [line for each in texts for line in each["text"].split("\n")]
    return "\n".join(harmless(line) for line in said)
