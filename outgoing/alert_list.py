"""List the alerts, as data: what each tells of, in which words, and how often. One more is one
entry here and one query in sql/queries/alerts.sql.

An alert's idempotency key is its name, its cause and, where it may come again, the day or week. So
however often the job looks, and however many processes do, each alert arrives once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db import schema_findings
from db.connect import Connection
from db.queries import QUERIES, QueryRow
from outgoing import block_kit
from outgoing.block_kit import escaped, link
from outgoing.figures import shown
from outgoing.outbox import Draft
from outgoing.slack import DESTINATION

EVER, DAILY, WEEKLY = "ever", "day", "week"  # how often one cause is told of
MORNING = 7  # o'clock in the portal's time zone
HUBSPOT = "https://app.hubspot.com/contacts/{}/record/0-3/{}"


@dataclass(frozen=True)
class AlertWatch:
    """Hold what alerts look at, of one portal. What is of no portal is told with the first one."""

    conn: Connection
    portal_id: int
    portal_name: str
    currency: str | None
    now: datetime  # in the portal's time zone
    refused: Sequence[QueryRow] = ()
    away: Sequence[QueryRow] = ()


Read = Callable[[AlertWatch], Sequence[QueryRow]]
Line = Callable[[AlertWatch, QueryRow], str]


@dataclass(frozen=True, slots=True)
class Alert:
    """Describe an alert. `is_digest`: all causes of a day or week stand in one message, from that
    hour on; else each cause has its own."""

    name: str
    title: str
    about: str
    read: Read
    line: Line
    cause: str = ""  # the columns of a row that name it, between commas
    once: str = DAILY
    is_digest: bool = False
    from_hour: int = 0  # in the portal's time zone
    keeps: timedelta = timedelta(days=1)  # afterwards it is not worth sending

    def period(self, now: datetime) -> str:
        """Answer the day or week that a key ends with; none where a cause is told of once."""
        if self.once == EVER:
            return ""
        return f"{now:%G-W%V}" if self.once == WEEKLY else f"{now:%Y-%m-%d}"

    def is_due(self, now: datetime) -> bool:
        """Tell whether to look now."""
        return now.hour >= self.from_hour

    def drafts(self, watch: AlertWatch) -> Iterator[Draft]:
        """Yield the messages that the causes of now make."""
        rows = list(self.read(watch))
        groups = [rows] if self.is_digest else [[row] for row in rows]
        for group in groups:
            if group:
                yield Draft(DESTINATION, self._key(watch, group), self._message(watch, group))

    def _key(self, watch: AlertWatch, rows: Sequence[QueryRow]) -> str:
        columns = [] if self.is_digest else filter(None, self.cause.split(","))
        cause = ":".join(str(rows[0][column]) for column in columns)
        return ":".join(filter(None, (self.name, cause, self.period(watch.now))))

    def _message(self, watch: AlertWatch, rows: Sequence[QueryRow]) -> dict[str, Any]:
        told = [self.line(watch, row) for row in rows]
        small = f"{escaped(watch.portal_name)} · {watch.now:%-d %b %Y %H:%M %Z}"
        blocks = [block_kit.header(self.title), *block_kit.lines(told), block_kit.context(small)]
        return block_kit.message(f"{self.title}: {watch.portal_name}", blocks)


def of_query(name: str) -> Read:
    """Read causes by a named query that takes a portal."""

    def read(watch: AlertWatch) -> Sequence[QueryRow]:
        return watch.conn.execute(QUERIES[name], {"portal_id": watch.portal_id}).fetchall()

    return read


def deal(watch: AlertWatch, row: QueryRow) -> str:
    """Name a deal, with a link to it in HubSpot."""
    url = HUBSPOT.format(watch.portal_id, row["deal_id"])
    return link(url, row["name"] or f"Deal {row['deal_id']}")


def _lost(watch: AlertWatch, row: QueryRow) -> str:
    worth = shown(row["sale"], "money", watch.currency)
    owner = escaped(row["owner_name"] or "nobody")
    return (
        f"{deal(watch, row)}, {worth}, was lost to *{escaped(row['competitor'])}* (of {owner}), "
        f"as it says in: {escaped(row['sources'].replace('_', ' '))}"
    )


def _pattern(watch: AlertWatch, row: QueryRow) -> str:
    return (
        f"*{escaped(row['competitor'])}* was named in {row['losses_30_days']} deals that were lost "
        "within 30 days"
    )


def _stalled(watch: AlertWatch, row: QueryRow) -> str:
    owner = escaped(row["owner_name"] or "nobody")
    worth = shown(row["sale"], "money", watch.currency)
    return f"• {deal(watch, row)}, {worth}: {row['days']} days without a touch (of {owner})"


def _stale(watch: AlertWatch, row: QueryRow) -> str:
    if (row["oldest_pending_seconds"] or 0) > 86_400:
        return f"• *{escaped(row['object_type'])}*: a change waits for more than a day"
    return f"• *{escaped(row['object_type'])}*: last compared {row['last_at']:%-d %b %H:%M} UTC"


def _letters(watch: AlertWatch, row: QueryRow) -> str:
    what = escaped(row["object_type"] or "deliveries")
    return f"• *{what}*: {row['letters']:,} failed for good. {escaped(row['reason'])}"


def _unsent(watch: AlertWatch, row: QueryRow) -> str:
    where = escaped(f"{row['channel']} to {row['destination'] or 'its only destination'}")
    return f"• *{where}*: {row['messages']:,} not sent. {escaped(row['reason'] or '')}"


def _refused(watch: AlertWatch, row: QueryRow) -> str:
    return f"• {escaped(row['what'])}"


def _away(watch: AlertWatch, row: QueryRow) -> str:
    return f"• *{escaped(row['name'])}* does not run. {escaped(row['cure'])}"


def _finding(watch: AlertWatch, row: QueryRow) -> str:
    return f"• {escaped(row['what'])}. It is needed by {escaped(row['users'])}. {row['cure']}."


def _findings(watch: AlertWatch) -> Sequence[QueryRow]:
    found = schema_findings.still_open(watch.conn, [watch.portal_id])
    return [
        {
            "finding_id": each.finding_id,
            "what": each.what,
            "users": each.users,
            "cure": escaped(each.cure),
        }
        for each in found
    ]


ALERTS = (
    Alert(
        "competitive-loss",
        "Lost to a competitor",
        "deals that were lost and name a competitor, within seconds: docs/competitors.md",
        of_query("alert_competitive_losses"),
        _lost,
        cause="deal_id,competitor",
        once=EVER,
    ),
    Alert(
        "loss-pattern",
        "A competitor wins again and again",
        "competitors that were named in three lost deals or more within 30 days",
        of_query("alert_loss_patterns"),
        _pattern,
        cause="competitor",
        once=WEEKLY,
    ),
    Alert(
        "stalled",
        "Deals that stand still",
        "open deals that had no touch for 14 days since yesterday",
        of_query("alert_stalled_deals"),
        _stalled,
        is_digest=True,
        from_hour=MORNING,
    ),
    Alert(
        "freshness",
        "The copy is stale",
        "types that were not compared, or whose changes wait, for more than 24 hours",
        of_query("alert_stale_types"),
        _stale,
        is_digest=True,
    ),
    Alert(
        "dead-letters",
        "Changes that failed for good",
        "dead letters of the last day: `spoke status` has them, `spoke replay` tries again",
        of_query("alert_dead_letters"),
        _letters,
        is_digest=True,
    ),
    Alert(
        "unsent",
        "Messages that were not sent",
        "dead messages of the outbox, but those of Slack itself",
        of_query("alert_unsent"),
        _unsent,
        cause="channel,destination",
    ),
    Alert(
        "refused",
        "Webhooks are refused",
        "requests that the receiver refused within the last hour, by reason",
        lambda watch: watch.refused,
        _refused,
        cause="reason",
    ),
    Alert(
        "away",
        "A process is away",
        "workers of a queue, or the clock, that have not run for three minutes",
        lambda watch: watch.away,
        _away,
        cause="name",
    ),
    Alert(
        "schema",
        "A definition that numbers stand on changed",
        "properties, pipelines and stages that went or changed: docs/alerts.md",
        _findings,
        _finding,
        cause="finding_id",
        once=EVER,
        keeps=timedelta(days=3),
    ),
)
