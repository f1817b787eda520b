"""Check that everything is set up and running. Each check says what it found and, when that is not
well, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from workers.context import Context
from workers.doctor import arrivals, each_portal, outside, processes, stores, who_reads
from workers.doctor.finding import UNREACHABLE, Finding, attempt


def diagnose(context: Context) -> Iterator[Finding]:
    """Run every check in turn; those that need Postgres and Redis only when both answer."""
    basis = [
        *attempt(context, "Postgres", stores.postgres),
        *attempt(context, "Redis", stores.redis_),
    ]
    yield from basis
    for name, check in (
        ("Readers", who_reads.readers),
        ("Clock", outside.clock),
        ("Web", outside.web),
        ("Supabase", outside.supabase),
    ):
        yield from attempt(context, name, check)
    if any(finding.found.startswith(UNREACHABLE) for finding in basis):
        yield Finding(
            "Workers, portals", "cannot be checked without Postgres and Redis", "Mend those first."
        )
        return
    for name, check in (
        ("Workers", processes.workers),
        ("Webhooks", arrivals.arrivals),
        ("Portals", each_portal.portals),
    ):
        yield from attempt(context, name, check)
