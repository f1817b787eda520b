"""Ask a provider what it knows of companies; off without ENRICHMENT_URL.

Each look is written into the cost log before it is asked for: a process that dies meanwhile leaves
a look too many, never one that nobody counted. The month's cap holds for all processes together.
Only a company's domain and name are sent, nothing of a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol
from urllib.parse import urlsplit

from db.connect import Connection, Database
from db.queries import QUERIES, QueryRow
from outgoing import block_kit, guarded_http, outbox
from outgoing.block_kit import escaped
from outgoing.outbox import Unsent
from outgoing.slack import CHANNEL, DESTINATION
from settings import Settings

BETWEEN = timedelta(days=30)  # two looks at a record
WARN_AT = (50, 80, 95)  # per cent of the month's cap
AT_ONCE = 100  # looks of one run and portal
LARGEST = 65_536  # bytes of an answer
_MOST_VALUES, _LONGEST = 200, 2_000
_LATER = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class LookAnswer:
    """Hold an answer: what the provider knows (None: nothing), and what the look cost."""

    values: dict[str, Any] | None
    cost: Decimal


class Provider(Protocol):
    """Know something of records. One more provider is one class and one entry of `provider_of`."""

    @property
    def name(self) -> str: ...

    @property
    def usual_cost(self) -> Decimal: ...

    def look(self, object_type: str, keys: Mapping[str, str]) -> LookAnswer: ...


@dataclass(frozen=True, slots=True)
class HttpProvider:
    """Ask by HTTP: POST the keys of a record as JSON; 200 has `found` and maybe `cost`, 404 says
    that nothing is known. Its name is its host's."""

    url: str
    token: str
    private_hosts: tuple[str, ...] = ()
    usual_cost: Decimal = Decimal(1)

    @property
    def name(self) -> str:
        return urlsplit(self.url).hostname or ""

    def look(self, object_type: str, keys: Mapping[str, str]) -> LookAnswer:
        """Ask once. Raises Unsent, Forbidden or NoAnswer."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = json.dumps({"object_type": object_type, **keys}).encode()
        answer = guarded_http.post(self.url, body, headers, self.private_hosts, largest=LARGEST)
        if answer.status == 404:
            return LookAnswer(None, self.usual_cost)
        if answer.status != 200:
            is_later = answer.status in _LATER or answer.status >= 500
            raise Unsent(f"{self.name} answered {answer.status}", 60.0 if is_later else None)
        return self._read(answer.text)

    def _read(self, text: str) -> LookAnswer:
        try:
            said = json.loads(text)
            values = said["found"]
            cost = Decimal(str(said.get("cost", self.usual_cost)))
        except (ValueError, KeyError, AttributeError, TypeError, InvalidOperation) as error:
            raise Unsent(f"{self.name} answered what cannot be read", 60.0) from error
        if not cost.is_finite() or cost < 0:
            raise Unsent(f"{self.name} named a cost that is none", 60.0)
        return LookAnswer(_plain(values), cost)


def _plain(values: Any) -> dict[str, Any] | None:
    """Keep plain values: texts, numbers, yes and no; of a length that a column takes."""
    if not isinstance(values, dict):
        return None
    kept = {
        str(name)[:100].replace("\0", ""): value.replace("\0", "")[:_LONGEST]
        if isinstance(value, str)
        else value
        for name, value in list(values.items())[:_MOST_VALUES]
        if isinstance(value, str | int | float)
    }
    return kept or None


def provider_of(settings: Settings) -> Provider | None:
    """Answer the provider that the settings name; None: enrichment is off."""
    if not settings.enrichment_url:
        return None
    hosts = settings.outgoing_private_hosts
    return HttpProvider(settings.enrichment_url, settings.enrichment_token, hosts)


@dataclass(frozen=True)
class Enrichment:
    """Hold what a run needs."""

    database: Database
    settings: Settings
    provider: Provider
    cap: int

    def run(self, portal_id: int, now: datetime, at_most: int = AT_ONCE) -> int:
        """Look companies up until none is due, the cap is reached or so many were asked; answer how
        many. An error of the provider ends the run: the next one goes on."""
        asked: dict[str, Any] = {"portal_id": portal_id, "provider": self.provider.name}
        with self.database.transaction() as conn:
            due = conn.execute(
                QUERIES["companies_to_enrich"], asked | {"between": BETWEEN, "at_most": at_most}
            ).fetchall()
        for done, company in enumerate(due):
            if not self._look(asked, company, now):
                return done
        return len(due)

    def _look(self, asked: dict[str, Any], company: QueryRow, now: datetime) -> bool:
        """Look one company up; answer False where the month's cap allows no further look."""
        record = asked | {"object_type": "companies", "hubspot_id": company["hubspot_id"]}
        with self.database.transaction() as conn:
            cost_id = self._reserved(conn, record, now)
        if cost_id is None:
            return False
        noted = record | {"cost_id": cost_id}
        try:
            keys = {name: company[name] for name in ("domain", "name") if company[name]}
            found = self.provider.look("companies", keys)
        except Exception as error:
            # what the provider takes for a look that failed is not known: it stays counted
            was_sent = not isinstance(error, guarded_http.Forbidden)
            cost = {"outcome": type(error).__name__, "cost": self.provider.usual_cost * was_sent}
            with self.database.transaction() as conn:
                conn.execute(QUERIES["note_look"], noted | cost)
            raise
        values = json.dumps(found.values) if found.values else None
        with self.database.transaction() as conn:
            outcome = {"outcome": "found" if values else "nothing", "cost": found.cost}
            conn.execute(QUERIES["note_look"], noted | outcome)
            conn.execute(QUERIES["put_enrichment"], record | {"found": values})
        return True

    def _reserved(self, conn: Connection, record: dict[str, Any], now: datetime) -> int | None:
        """Enter a look into the cost log, unless the cap is reached; warn of the cap."""
        conn.execute(QUERIES["hold_enrichment"], record)
        spent = self._spent(conn, record)
        cost = self.provider.usual_cost
        if spent + cost > self.cap:
            return None
        row = conn.execute(QUERIES["reserve_look"], record | {"cost": cost}).fetchone()
        assert row is not None
        self._warn(conn, record["portal_id"], spent + cost, now)
        return int(row["cost_id"])

    def _spent(self, conn: Connection, record: dict[str, Any]) -> Decimal:
        row = conn.execute(QUERIES["enrichment_spent"], record).fetchone()
        return Decimal(row["spent"]) if row else Decimal(0)

    def _warn(self, conn: Connection, portal_id: int, spent: Decimal, now: datetime) -> None:
        """Tell Slack once a month of each share of the cap that is reached; the highest alone."""
        reached = [each for each in WARN_AT if spent * 100 >= self.cap * each]
        if not (reached and self.settings.slack_webhook_url):
            return
        title = f"Enrichment: {reached[-1]} % of the month's cap"
        said = f"{spent:,.0f} of {self.cap:,} spent with *{escaped(self.provider.name)}*."
        blocks = [block_kit.header(title), block_kit.section(said)]
        key = f"enrichment:{now:%Y-%m}:{reached[-1]}"
        outbox.put(conn, portal_id, CHANNEL, DESTINATION, key, block_kit.message(title, blocks))


def costs(conn: Connection, portal_id: int) -> list[QueryRow]:
    """Answer the cost log by month, provider and outcome."""
    return conn.execute(QUERIES["enrichment_costs"], {"portal_id": portal_id}).fetchall()
