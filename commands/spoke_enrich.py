"""enrich: ask the provider of ENRICHMENT_URL about companies; what it cost."""

from __future__ import annotations

import click

from commands.opening import PORTAL, chosen, opened
from commands.table import listed
from outgoing import enrichment


@click.command()
@PORTAL
@click.option("--costs", is_flag=True, help="Only show what was spent, by month.")
@click.option("--limit", default=enrichment.AT_ONCE, show_default=True, help="Looks a portal.")
def enrich(portal: int | None, costs: bool, limit: int) -> None:
    """Look companies up that nobody looked up for 30 days, within the month's cap."""
    from workers import enriching

    with opened(("DATABASE_URL",)) as context:
        known = chosen(context, portal)
        if not costs:
            if enrichment.provider_of(context.settings) is None:
                raise click.ClickException("Enrichment is off: ENRICHMENT_URL is not set.")
            enriching.run(context, limit)
        rows = []
        for each in known:
            with context.database.transaction() as conn:
                found = enrichment.costs(conn, each.portal_id)
            rows += [(str(each.portal_id), *row.values()) for row in found]
    names = ["portal", "month", "provider", "outcome", "looks", "cost"]
    click.echo("\n".join(listed("Costs", names, rows, right=["looks", "cost"])))
