"""Check what lies outside: clocks, the public address, Supabase's Data API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import requests

from db.queries import QUERIES
from hubspot.objects import CONTACTS
from settings import WEBHOOK_PATH
from workers.context import Context
from workers.doctor.finding import Finding

TIMEOUT_SECONDS = 10
MAX_SKEW_SECONDS = 30  # signatures older than five minutes are refused: a tenth of that


def clock(context: Context) -> Iterator[Finding]:
    """Compare clocks. HubSpot's Date header has whole seconds, so one second of difference is
    none."""
    began = time.time()
    answer = requests.get(
        context.settings.hubspot_api_base_url, timeout=TIMEOUT_SECONDS, allow_redirects=False
    )
    here = (began + time.time()) / 2
    if "Date" not in answer.headers:
        yield Finding("Clock", "HubSpot answers without a Date; the clock cannot be compared")
        return
    yield _skew("HubSpot's", here - parsedate_to_datetime(answer.headers["Date"]).timestamp())
    with context.database.transaction() as conn:
        row = conn.execute(QUERIES["server_version"]).fetchone()
    assert row is not None
    yield _skew("Postgres's", time.time() - row["clock"])


def _skew(whose: str, seconds: float) -> Finding:
    if abs(seconds) <= MAX_SKEW_SECONDS:
        return Finding("Clock", f"agrees with {whose}")
    way = "ahead of" if seconds > 0 else "behind"
    return Finding(
        "Clock",
        f"{abs(seconds):.0f} s {way} {whose}",
        "Set the clock: signatures are refused after 300 s.",
    )


def web(context: Context) -> Iterator[Finding]:
    """Ask the public address as HubSpot does it: no redirect is followed."""
    if not context.settings.public_url:
        return
    url = context.settings.webhook_url.removesuffix(WEBHOOK_PATH) + "/health/live"
    try:
        answer = requests.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        said = f"{url} answers {answer.status_code}"
        reached = answer.status_code == 200
    except requests.RequestException as error:
        said, reached = f"{url} does not answer: {type(error).__name__}", False
    yield Finding("Web", said, "" if reached else "Start the web process, or correct PUBLIC_URL.")


def supabase(context: Context) -> Iterator[Finding]:
    """Check that the Data API does not know our schema, not even for the key that may read
    everything."""
    settings = context.settings
    if not (settings.supabase_url and settings.supabase_service_key):
        return
    key = settings.supabase_service_key
    headers = {
        "apikey": key,
        "Authorization": f"Bearer {key}",
        "Accept-Profile": settings.database_schema,
    }
    url = f"{settings.supabase_url.rstrip('/')}/rest/v1/{CONTACTS.table}?limit=0"
    answer = requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    schema = f"schema {settings.database_schema}"
    if answer.ok:
        todo = "Take it out of the exposed schemas (Project settings, Data API)."
        yield Finding("Supabase", f"the Data API shows {schema}", todo)
    elif answer.status_code in (404, 406):  # PGRST205: no such table; PGRST106: no such schema
        yield Finding("Supabase", f"the Data API does not know {schema}")
    else:
        todo = "Check SUPABASE_URL and SUPABASE_SERVICE_KEY."
        yield Finding(
            "Supabase", f"the Data API answers {answer.status_code}: nothing is known", todo
        )
