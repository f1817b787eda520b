"""Every route of the API and of the pages, by the map of routes itself: a portal's texts reach no
caller of another, and no caller changes another's rows. A new route is walked with the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb
from werkzeug.routing import Rule

from api import guard, rest
from dashboard import site
from dashboard.gate import FORM_FIELD
from dashboard.page_tables import TABLES
from operations import access_tokens, audit, dashboard_users, extractions, sessions
from operations.callers import SCOPES
from operations.extractions import Order
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.conftest import EMAIL
from tests.reading import FILL, canary

Places = dict[str, list[Any]]
# Of no portal: the document, files, signing in; and one that asks HubSpot and has tests of its own.
OPEN = {"openapi.spec", "pages.static", "pages.docs"}
SIGNING = {"pages.sign_in", "pages.enter", "pages.enter_by_link", "pages.sign_out"}
ASKS_HUBSPOT = {"credentials.validate"}
# They name no portal, or list all that the caller may see.
OF_ALL = {
    *("portals.portals", "extractions.several", "extractions.statistics"),
    *("settings.entries", "settings.domains", "settings.add_domain", "settings.drop_domain"),
}
BY_ID = {"extractions.one", "extractions.results"}  # the id says whose
HERE = {"Origin": "http://localhost"}
IDS = {
    "letter_id",
    "event_key",
    "scan_id",
    "message_id",
}  # of one portal alone, where others' ids repeat
# What they answer has no text of people.
WITHOUT_TEXT = {
    *("metrics.metrics", "metrics.timeline", "extractions.statistics"),
    *("settings.settings", "settings.domains"),
    *("dashboard.kpis", "dashboard.revenue_trend", "dashboard.deals_by_stage"),
    *("dashboard.marketing_trend", "dashboard.email_trend", "dashboard.email_by_hour"),
    *("dashboard.contacts_lifecycle", "dashboard.web_trend"),
    *(
        "sync.verify_runs",
        "records.history",
        "records.associations",
        "events.events",
        "records.types",
    ),
}
QUERY = {
    **{"text": "CANARY", "fields": "*", "column": "colour", "table": "scripts"},
    **{
        "period": "all",
        "step": "month",
        "day": "2026-01-31",
        "begins": "2026-01-01",
        "ends": "2026-01-31",
    },
}
STRICT = {"records.search": {"text": "CANARY"}}  # it refuses what it does not know
EVENT = {
    "event_id": "2",
    "event": "CANARY",
    "occurred_at": "2026-01-01T00:00:00Z",
    "email": "a@b.c",
}
# What any of the bodies and forms asks for. One field more is one entry more here.
BODY: dict[str, Any] = {
    **{"reason": "CANARY", "requests": 7, "object_types": ["contacts"], "kind": "contact_user"},
    **{"from_id": "103", "to_id": "u9", "note": "mine", "object_type": "contacts", "mode": "full"},
    **{"letter_id": "all", "action": "cancel", "domain": "evil.example", "name": "mine"},
    **{"schema": "website.v1", "events": [EVENT]},
    **{"message_id": "all", "channel": "webhook"},
    **{"owner": "7", "period": "2031-Q1", "amount": 1},
    **{"country": "DE", "own_domains": [], "settings": {}},
    **{"scopes": ["metrics:read"], "portals": [OTHERS], "days": 5, "decision": "reject"},
}

NAMED = """
    insert into hubspot_properties (portal_id, object_type, name, label, type, raw_json)
    select %s, split_part(it, '.', 1), split_part(it, '.', 2), it, 'string', '{}'
      from unnest(array['contacts.firstname', 'contacts.email', 'deals.dealname']) as it
"""


@pytest.fixture
def app(served: Servers) -> Flask:
    """Give API and pages on two portals with one of everything under equal ids."""
    with served.database.transaction() as conn:
        conn.execute("delete from portals")
        for portal in (OURS, OTHERS):
            cursor = psycopg.ClientCursor(conn)
            cursor.execute(FILL.encode(), {"portal": portal, "canary": canary(portal)})
            schema = Jsonb({"objectTypeId": "2-1", "name": "cars"})
            conn.execute("update hubspot_schemas set raw_json = %s", [schema])
            conn.execute("select settle_days(%s)", [portal])
            conn.execute(NAMED, [portal])
        conn.execute("select settle_link_marks(1000), refresh_link_doubts()")
    for portal in (OURS, OTHERS):
        extractions.start(served, Order(portal, ("deals",)), canary(portal))
        with served.database.transaction() as conn:
            conn.execute("update scans set state = 'completed' where state = 'pending'")
        audit.note(served, audit.AuditEntry(canary(portal), "export", portal))
    access_tokens.make(served, canary(OTHERS), ["metrics:read"], [OTHERS])
    made = rest.create(served)
    site.register(made, served)
    return made


def places(served: Servers, portals: list[int]) -> Places:
    """Answer what parts of paths may be, of these portals."""
    asked = {
        "letter_id": "select letter_id as it from dead_letters",
        "event_key": "select event_key as it from webhook_events",
        "scan_id": "select extraction_id as it from extractions",
        "message_id": "select message_id as it from outgoing_messages",
    }
    found: Places = {}
    with served.database.transaction() as conn:
        for name, query in asked.items():
            rows = conn.execute(f"{query} where portal_id = any(%s)".encode(), [portals])
            found[name] = [row["it"] for row in rows]
            assert len(found[name]) == len(portals)
        runs = conn.execute("select scan_id from scans where portal_id = any(%s)", [portals])
        found["scan_id"] += [row["scan_id"] for row in runs]
    return found | {
        "object_type": ["contacts", "deals"],
        "hubspot_id": ["101", "301"],
        "portal_id": portals,
        "table": list(TABLES),
        "domain": ["ours.example"],
        "source": ["web"],
        "competitor": ["a competitor of both"],
    }


def rules(app: Flask, methods: set[str]) -> Iterator[tuple[Rule, str]]:
    """Yield the routes that belong to portals, each with every method of these."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN | SIGNING | ASKS_HUBSPOT:
            for method in sorted((rule.methods or set()) & methods):
                yield rule, method


def paths(app: Flask, rule: Rule, places: Places) -> Iterator[str]:
    """Yield a route's paths, with every value of each part: an unknown part is a KeyError."""
    adapter = app.url_map.bind("localhost")
    choices = []
    for name in sorted(rule.arguments):
        converter = rule._converters[name]
        choices.append(sorted(getattr(converter, "items", ())) or places[name])
    for values in product(*choices):
        yield adapter.build(rule.endpoint, dict(zip(sorted(rule.arguments), values, strict=True)))


def program(app: Flask, served: Servers) -> FlaskClient:
    """Answer a program with every scope, in our portal alone."""
    token = access_tokens.make(served, "a test", tuple(SCOPES), (OURS,))
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def person(app: Flask, served: Servers, email: str = EMAIL) -> FlaskClient:
    """Answer a person with every scope, in our portal alone."""
    dashboard_users.put(served, email, tuple(SCOPES), (OURS,))
    client = app.test_client()
    client.set_cookie("spoke", sessions.begin(served, email))
    return client


def unlimited(served: Servers) -> None:
    for key in served.server.scan_iter("spoke:limit:*"):
        served.server.delete(key)


def test_no_read_shows_another_portal(app: Flask, served: Servers) -> None:
    telling, asked, programs = set(), set(), program(app, served)
    parts = places(served, [OURS, OTHERS])
    for rule, method in rules(app, {"GET"}):
        is_api = rule.rule.startswith(guard.PREFIX)
        asked.add(rule.endpoint)
        query = STRICT.get(rule.endpoint, QUERY)
        for path in paths(app, rule, parts):
            unlimited(served)
            # each path by a person of its own: the exports of one are few
            client = programs if is_api else person(app, served, f"{path}@example.com")
            answers = [client.open(path, method=method, query_string=q) for q in ({}, query)]
            for answer in answers:
                assert answer.status_code in (200, 404, 422), (path, answer.text)
                assert canary(OTHERS) not in answer.text, path
                if canary(OURS) in answer.text:
                    telling.add(rule.endpoint)
            theirs = client.open(path, method=method, query_string=query | {"portal": OTHERS})
            assert canary(OTHERS) not in theirs.text, path
            assert theirs.status_code == 404 or rule.endpoint in OF_ALL | BY_ID, path
    assert (asked - telling) ^ WITHOUT_TEXT == set()


def test_no_deed_changes_another_portal(app: Flask, served: Servers) -> None:
    asking = {True: program(app, served), False: person(app, served)}
    before, count = _rows(served, OTHERS), 0
    page = asking[False].get("/portals").text
    token = page.split(f'name="{FORM_FIELD}" value="')[1].split('"')[0]
    parts = places(served, [OTHERS])
    said = BODY | {name: str(parts[name][0]) for name in ("event_key", "scan_id")}
    for rule, method in rules(app, {"POST", "PUT", "PATCH", "DELETE"}):
        is_api = rule.rule.startswith(guard.PREFIX)
        for path, whose in product(paths(app, rule, parts), (OTHERS, None)):
            if whose is None and IDS.isdisjoint(rule.arguments):
                continue  # without a portal, ours is meant
            unlimited(served)
            named = {"portal": whose, "portal_id": whose} if whose else {}
            query = named | {name: BODY[name] for name in ("owner", "period")}
            form = {"data": said | named | {FORM_FIELD: token}, "headers": HERE}
            given: dict[str, Any] = {"json": said | named} if is_api else form
            answer = asking[is_api].open(path, method=method, query_string=query, **given)
            refused = 403 if rule.endpoint in OF_ALL else 404
            assert answer.status_code == refused, (method, path, answer.text)
            count += 1
    assert count >= 25
    assert _rows(served, OTHERS) == before


def _rows(served: Servers, portal: int) -> dict[str, str]:
    """Answer a digest of a portal's rows, table by table."""
    tables = """
        select table_name as name from information_schema.columns
          join information_schema.tables using (table_schema, table_name)
         where table_schema = 'hubspot' and column_name = 'portal_id'
           and table_type = 'BASE TABLE'
    """
    digest = "select md5(string_agg(t::text, '' order by t::text)) as it from {} t"
    found = {}
    with served.database.transaction() as conn:
        for row in conn.execute(tables.encode()).fetchall():
            query = digest.format(row["name"]) + " where portal_id = %s"
            found[row["name"]] = str(conn.execute(query.encode(), [portal]).fetchone())
        tokens = "select count(*) as it from api_tokens where %s = any(portals)"
        found["tokens"] = str(conn.execute(tokens, [portal]).fetchone())
    assert len(found) > 20
    return found
