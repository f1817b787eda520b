"""Ask the enrichment provider about companies, portal after portal; nothing where it is off."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from outgoing import enrichment
from outgoing.enrichment import Enrichment
from outgoing.guarded_http import Forbidden, NoAnswer
from outgoing.outbox import Unsent
from workers.context import Context

log = logging.getLogger(__name__)


def run(context: Context, at_most: int = enrichment.AT_ONCE) -> None:
    """Run the job: at most so many looks a portal. The clock comes back within the hour."""
    provider = enrichment.provider_of(context.settings)
    if provider is None:
        return
    cap = context.settings.enrichment_monthly_cap
    work = Enrichment(context.database, context.settings, provider, cap)
    for portal in context.portals():
        context.stop.check()
        try:
            looks = work.run(portal.portal_id, datetime.now(UTC), at_most)
            context.diary.note("companies enriched", looks)
        except (Unsent, Forbidden, NoAnswer) as error:
            log.warning("Enrichment of portal %s waits an hour: %s", portal.portal_id, error)
