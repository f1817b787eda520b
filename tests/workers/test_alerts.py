"""Alerts and reports: what they say, that each arrives once, and that Slack's limits hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import jobs
from analytics import schema_needs
from db import schema_findings
from db.connect import Connection
from lab.slack_stand_in import SlackStandIn, problems, slack_stand_in
from outgoing import block_kit, slack_reports
from outgoing.alert_list import ALERTS
from tests.processes import Simulator
from workers import alerts, outgoing
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
EVIL = "<!channel> & <https://evil.example|click> @here"
MONDAY = datetime(2026, 11, 30, 14, tzinfo=UTC)  # morning everywhere in America


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    with slack_stand_in() as found:
        yield found


@pytest.fixture
def telling(context: Context, slack: SlackStandIn) -> Context:
    """Give a context whose settings name the stand-in."""
    return replace(context, settings=replace(context.settings, slack_webhook_url=slack.url))


def troubles(conn: Connection, portal_id: int) -> None:
    """Make one cause for each alert of the database."""
    conn.execute(
        "insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, createdate, amount,"
        " raw_json, updated_at, fetched_at) values (%s, '1', %s, now() - interval '14.5 days',"
        " 700, '{}', now(), now())",
        [portal_id, EVIL * 20],
    )
    conn.execute(
        "insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, dealstage, closedate,"
        " amount, raw_json, updated_at, fetched_at) select %s, 'lost' || n, %s, 'closedlost',"
        " now() - interval '1 day', 5, '{}', now(), now() from generate_series(1, 3) as n",
        [portal_id, EVIL],
    )
    conn.execute("insert into competitors (portal_id, name) values (%s, %s)", [portal_id, EVIL])
    conn.execute(
        "insert into competitor_mentions (portal_id, deal_id, competitor, source, record_id)"
        " select %s, 'lost' || n, %s, 'notes', '1' from generate_series(1, 3) as n",
        [portal_id, EVIL],
    )
    conn.execute(
        "insert into competitive_losses (portal_id, deal_id, competitor, lost_at)"
        " values (%s, 'lost1', %s, now())",
        [portal_id, EVIL],
    )
    conn.execute("insert into activity_rounds values (%s, now())", [portal_id])
    conn.execute("update scans set finished_at = now() - interval '2 days'")
    conn.execute(
        "insert into scans (portal_id, kind, object_type, state, finished_at)"
        " values (%s, 'backfill', 'deals', 'completed', now() - interval '30 hours')",
        [portal_id],
    )
    conn.execute(
        "insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason)"
        " values (%s, 'record', 'deals', '1', %s)",
        [portal_id, EVIL],
    )
    conn.execute(
        "insert into outgoing_messages (portal_id, channel, destination, idempotency_key, payload,"
        " failed_at, error) values (%s, 'webhook', 'crm', 'k', '{}', now(), %s)",
        [portal_id, EVIL],
    )
    conn.execute("update schema_watched set meaning = 'string' where name = 'amount'")


def test_each_alert_and_report_arrives_once(
    telling: Context, slack: SlackStandIn, simulator: Simulator, rows: Rows
) -> None:
    context, portal_id = telling, simulator.portal_id
    with context.database.transaction() as conn:
        troubles(conn, portal_id)
        schema_findings.compare(conn, portal_id, schema_needs.needs(conn, portal_id))
    context.server.hset(
        "spoke:refused",
        mapping={
            "unauthorized:count": 3,
            "unauthorized:since": datetime.now(UTC).timestamp(),
            "unauthorized:at": datetime.now(UTC).timestamp(),
            "unauthorized:path": "/webhooks/hubspot",
            "unauthorized:cause": EVIL,
        },
    )
    slack.answers = [503]  # one is put off, and comes later
    for _ in range(2):
        alerts.run(context, now=MONDAY, away_seconds=0)
    first = rows("select count(*) as n from outgoing_messages where channel = 'slack'")
    context.server.delete(*context.server.keys("spoke:alerts:*"))
    alerts.run(context, now=MONDAY, away_seconds=0)
    assert rows("select count(*) as n from outgoing_messages where channel = 'slack'") == first
    for _ in range(2):
        outgoing.run(context)
        with context.database.transaction() as conn:
            conn.execute("update outgoing_messages set due_at = now() where sent_at is null")
            conn.execute("delete from outgoing_holds")
    assert slack.refused == []
    keys = rows("select idempotency_key as key, sent_at from outgoing_messages"
                " where channel = 'slack' and portal_id = %s", portal_id)  # fmt: skip
    names = {each["key"].partition(":")[0] for each in keys}
    assert names == {each.name for each in (*ALERTS, *slack_reports.REPORTS)}
    assert all(each["sent_at"] for each in keys)
    assert len(slack.taken) == first[0]["n"]


def test_nothing_is_put_without_an_address(context: Context, rows: Rows) -> None:
    alerts.run(context, now=MONDAY, away_seconds=0)
    assert rows("select from outgoing_messages") == []
    assert jobs.queued(context.server, jobs.OUTGOING) == set()


def test_a_report_compares_every_metric_with_the_period_before(telling: Context) -> None:
    [daily, weekly] = slack_reports.REPORTS
    assert daily.period(MONDAY)[0].isoformat() == "2026-11-29"
    assert [each.isoformat() for each in weekly.period(MONDAY)] == ["2026-11-23", "2026-11-29"]
    portal = telling.portals()[0].portal_id
    with telling.database.transaction() as conn:
        conn.execute(
            "insert into hubspot_deals_raw (portal_id, hubspot_id, dealstage, pipeline, amount,"
            " closedate, raw_json, updated_at, fetched_at) select %s, n::text, 'closedwon',"
            " 'default', amount, closedate::timestamptz, '{}', now(), now() from (values"
            " (1, 300, '2026-11-29 12:00Z'), (2, 200, '2026-11-28 12:00Z')) as won"
            " (n, amount, closedate)",
            [portal],
        )
        seen = alerts.watch(conn, portal, MONDAY)
        found = slack_reports.message(daily, seen)
    assert problems(found) == []
    texts = [each["text"] for block in found["blocks"] for each in block.get("fields", [])]
    [total] = [each for each in texts if each.startswith("*Total sales*")]
    assert "300" in total and "+50 %" in total and "200" in total
    assert len(texts) >= 24


LONG = "ä" * 5_000


@pytest.mark.parametrize(
    "blocks",
    [
        [block_kit.header(LONG)],
        [block_kit.section(block_kit.escaped("&" * 5_000))],
        block_kit.fields([LONG] * 25),
        [block_kit.context(LONG)],
        block_kit.lines([block_kit.link("https://x.example/1", EVIL + LONG)] * 100),
        [block_kit.section("x")] * 200,
        [block_kit.section(block_kit.escaped(EVIL)), block_kit.header("@everyone")],
        [block_kit.section("")],
        [block_kit.section(block_kit.link("https://x.example/1", "n" * 90) * 40)],
    ],
)
def test_no_message_breaks_a_limit(blocks: list[block_kit.Block]) -> None:
    assert problems(block_kit.message(EVIL + LONG, blocks)) == []


def test_the_stand_in_sees_what_slack_refuses() -> None:
    text = {"type": "mrkdwn", "text": "<!channel> & @here"}
    fields = {"type": "section", "fields": [{"type": "mrkdwn", "text": "y" * 2_001}] * 11}
    head = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    found = problems({"text": "", "blocks": [{"type": "section", "text": text}, fields, head] * 20})
    assert {each.partition(": ")[2] or each for each in found} >= {
        "60 blocks",
        "no text for notifications",
        "<!channel> would be a command",
        "a & that is not escaped",
        "a mention of everybody",
        "11 fields",
        "a field of 2001 characters",
        "a header of 151 characters",
    }
