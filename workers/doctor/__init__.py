"""Is everything set up and running? Each check says what it found and, when that is not well, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

import psycopg
import redis
import requests

from db.blame import Blame, blame, remedy
from hubspot.errors import HubSpotError
from settings import Settings
from workers.context import Context
from workers.doctor import each_portal, outside, processes, stores
from workers.doctor.finding import UNREACHABLE, Finding, attempt


def diagnose(context: Context) -> Iterator[Finding]:
    """Every check in turn; those that need Postgres and Redis only when both answer."""
    basis = [*attempt(context, "Postgres", stores.postgres), *attempt(context, "Redis", stores.redis_)]
    yield from basis
    for name, check in (("Clock", outside.clock), ("Web", outside.web), ("Supabase", outside.supabase)):
        yield from attempt(context, name, check)
    if any(finding.found.startswith(UNREACHABLE) for finding in basis):
        yield Finding("Workers, portals", "cannot be checked without Postgres and Redis", "Mend those first.")
        return
    for name, check in (("Workers", processes.workers), ("Portals", each_portal.portals)):
        yield from attempt(context, name, check)
