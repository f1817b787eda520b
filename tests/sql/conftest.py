"""A small CRM to fill: every method inserts one record with defaults for all that the test does not
care about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from db import stored_links
from db.connect import Connection, Database
from hubspot.objects import OBJECT_TYPES
from lab import embedded
from tests.databases import copy_of

Values = Mapping[str, Any]


class Crm:
    """One portal's records, and the company's own users and teams beside them."""

    def __init__(self, conn: Connection, portal_id: int = 1) -> None:
        self.conn, self.portal_id = conn, portal_id

    def contact(self, hubspot_id: str, properties: Values | None = None, **columns: Any) -> None:
        self._record("contacts", hubspot_id, columns, properties)

    def company(self, hubspot_id: str, name: str | None = "Acme", **columns: Any) -> None:
        self._record("companies", hubspot_id, {"name": name} | columns)

    def deal(
        self,
        hubspot_id: str,
        amount: float | None = 100,
        primary: Sequence[str] = (),
        properties: Values | None = None,
        **columns: Any,
    ) -> None:
        """`primary` are the ids of contacts that HubSpot labels as primary."""
        labels = [
            {"id": contact_id, "type": "primary_contact", "label": "Primary"}
            for contact_id in primary
        ]
        told = {"dealname": f"Deal {hubspot_id}"} | dict(properties or {})
        self._record("deals", hubspot_id, {"amount": amount} | columns, told, labels)

    def call(self, hubspot_id: str, **columns: Any) -> None:
        self._record("calls", hubspot_id, columns)

    def custom(
        self, object_type: str, hubspot_id: str, properties: Values | None = None, **columns: Any
    ) -> None:
        self._record(object_type, hubspot_id, columns, properties)

    def record(self, object_type: str, hubspot_id: str, **columns: Any) -> None:
        self._record(object_type, hubspot_id, columns)

    def stage(
        self, stage_id: str, *, closed: bool, probability: str, object_type: str = "deals"
    ) -> None:
        """Add a stage with a pipeline of its own, of the same id."""
        metadata = {"isClosed": str(closed).lower(), "probability": probability}
        pipeline = {
            "id": stage_id,
            "stages": [{"id": stage_id, "label": stage_id, "metadata": metadata}],
        }
        columns = {
            "object_type": object_type,
            "hubspot_id": stage_id,
            "label": stage_id,
            "raw_json": Jsonb(pipeline),
        }
        self.insert("hubspot_pipelines", columns | {"portal_id": self.portal_id})

    def pipeline(self, pipeline_id: str, *stages: tuple[str, str, str]) -> None:
        """Add a pipeline of stages in their order: (id, whether closed, probability)."""
        listed = [
            {
                "id": stage_id,
                "label": stage_id.title(),
                "displayOrder": place,
                "metadata": {"isClosed": closed, "probability": probability},
            }
            for place, (stage_id, closed, probability) in enumerate(stages)
        ]
        columns = {"object_type": "deals", "hubspot_id": pipeline_id, "label": pipeline_id.title()}
        raw = Jsonb({"id": pipeline_id, "stages": listed})
        self.insert("hubspot_pipelines", columns | {"portal_id": self.portal_id, "raw_json": raw})

    def defines(self, object_type: str, name: str, **options: str) -> None:
        """Define a property of the portal, with the labels of its values."""
        listed = [{"value": value, "label": label} for value, label in options.items()]
        columns = {"object_type": object_type, "name": name, "raw_json": Jsonb({"options": listed})}
        self.insert("hubspot_properties", columns | {"portal_id": self.portal_id})

    def user(
        self,
        user_id: str,
        email: str | None = None,
        spend: float = 10,
        created_at: str = "2024-01-01",
    ) -> None:
        columns = {
            "user_id": user_id,
            "email": email,
            "client_lifetime_spend": spend,
            "created_at": created_at,
        }
        self.insert("business.users", columns)

    def team(self, team_id: str, team_name: str | None, members: Sequence[str] = ()) -> None:
        self.insert("business.teams", {"team_id": team_id, "team_name": team_name})
        for user_id in members:
            self.insert("business.team_membership", {"team_id": team_id, "user_id": user_id})

    def portal(self, time_zone: str = "UTC") -> None:
        self.insert("portals", {"portal_id": self.portal_id, "time_zone": time_zone})

    def owner(self, hubspot_id: str, firstname: str | None = None, **columns: Any) -> None:
        keys = {
            "portal_id": self.portal_id,
            "hubspot_id": hubspot_id,
            "firstname": firstname,
            "raw_json": Jsonb({}),
        }
        self.insert("hubspot_owners", keys | columns)

    def link(self, kind: str, from_id: str, to_id: str | None) -> None:
        """Link by hand; without `to_id` it says that there is no link."""
        columns = {"portal_id": self.portal_id, "kind": kind, "from_id": from_id, "to_id": to_id}
        self.insert("manual_links", columns)

    def settled(self, view: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """Answer the rows once the clock has looked at what changed of teams and companies, and at
        uncertain links."""
        self.conn.execute("select refresh_team_keys()")
        self.conn.execute("select settle_team_marks(1000)")
        self.conn.execute("select refresh_link_doubts()")
        return self.rows(view, columns)

    def rows(self, view: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """Answer all rows, in the order of their columns."""
        found = self.conn.execute(f"select {columns} from {view}").fetchall()
        return sorted((tuple(row.values()) for row in found), key=repr)

    def insert(self, table: str, columns: Values) -> None:
        statement = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(*table.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(map(sql.Placeholder, columns)),
        )
        self.conn.execute(statement, columns)

    def _record(
        self,
        name: str,
        hubspot_id: str,
        columns: Values,
        properties: Values | None = None,
        labelled_contacts: Sequence[Values] = (),
    ) -> None:
        """raw_json says the same as the columns of links, in HubSpot's shape."""
        linked = {
            to: columns.get(f"{kind.singular}_ids") or () for to, kind in OBJECT_TYPES.items()
        }
        results = {
            to: [{"id": found, "type": f"{name}_to_{to}"} for found in ids]
            for to, ids in linked.items()
        }
        results["contacts"] += labelled_contacts
        associations = {to: {"results": links} for to, links in results.items()}
        raw = {"id": hubspot_id, "properties": properties or {}, "associations": associations}
        stamps = {"fetched_at": "2025-01-01", "updated_at": "2025-01-01", "synced_at": "2025-01-01"}
        keys = {"portal_id": self.portal_id, "hubspot_id": hubspot_id, "raw_json": Jsonb(raw)}
        own = name in OBJECT_TYPES
        table, kind = (
            (f"hubspot_{name}_raw", {}) if own else ("hubspot_objects_raw", {"object_type": name})
        )
        self.insert(table, keys | kind | stamps | columns)


@pytest.fixture(scope="session")
def shared_database(servers: embedded.Servers, template: str) -> Iterator[Database]:
    """Give one database for all tests of this folder: each rolls back what it wrote, which saves
    0.1 s a test."""
    with copy_of(servers.database_url, template) as url, Database(url) as opened:
        yield opened


@pytest.fixture
def conn(shared_database: Database) -> Iterator[Connection]:
    with shared_database.transaction() as opened, opened.transaction(force_rollback=True):
        yield opened


@pytest.fixture
def crm(conn: Connection) -> Crm:
    return Crm(conn)


@pytest.fixture
def other_crm(conn: Connection) -> Crm:
    """Give a second portal in the same database."""
    return Crm(conn, portal_id=2)


def mark_all(conn: Connection, portal_id: int) -> None:
    """Mark every link of a portal to be found again, two records a slice."""
    for name in stored_links.MARKED:
        reached: str | None = ""
        while reached is not None:
            reached = stored_links.mark_next(conn, name, portal_id, reached, 2)
