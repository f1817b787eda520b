"""The loop that most would write first: list a page with its links, one INSERT … ON CONFLICT per
row, commit.

`python -m lab.benchmarks.sequential TYPE` is the whole command, from its start to its exit. It asks
as few requests as HubSpot allows: a hundred records a page, their links inline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import psycopg
import requests
from psycopg.types.json import Jsonb

from db.connect import search_path
from hubspot.objects import OBJECT_TYPES, ObjectType
from settings import Settings

TIMEOUT_SECONDS = 30
_FIXED = ("portal_id", "hubspot_id", "raw_json", "archived", "updated_at", "fetched_at")


class Portal:
    """HubSpot's API, asked one question after another over one open connection."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.hubspot_api_base_url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {settings.hubspot_access_token}"

    def ask(self, path: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.session.get(self.url + path, params=query, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def main(name: str) -> None:
    """Read what the portal defines for a type, then every record of it into its table."""
    settings, kind = Settings.from_env(), OBJECT_TYPES[name]
    portal = Portal(settings)
    portal_id = portal.ask("/account-info/2026-09/details")["portalId"]
    defined = portal.ask(f"/crm/properties/2026-09/{name}")["results"]
    names = kind.property_names(one["name"] for one in defined)
    options = f"-c search_path={search_path(settings.database_schema).replace(' ', '')}"
    with psycopg.connect(settings.database_url, options=options) as conn:
        fetch_all(conn, portal, portal_id, kind, names)


def fetch_all(
    conn: psycopg.Connection[Any],
    portal: Portal,
    portal_id: int,
    kind: ObjectType,
    properties: Sequence[str],
) -> None:
    query: dict[str, Any] = {"limit": 100, "properties": ",".join(properties)}
    query["associations"] = ",".join(kind.associations)
    while True:
        page = portal.ask(f"/crm/objects/2026-09/{kind.name}", query)
        for record in page["results"]:
            _upsert(conn, portal_id, kind, record)
        conn.commit()
        query["after"] = page.get("paging", {}).get("next", {}).get("after")
        if not query["after"]:
            return


def _links(record: dict[str, Any], to: str) -> list[str]:
    """Answer the ids of the associated records, each once. More than a hundred of one record are
    paged apart, and no record of this portal has as many."""
    links = record.get("associations", {}).get(to, {})
    if "paging" in links:
        raise RuntimeError(f"record {record['id']} has more links to {to} than a page shows")
    return list(dict.fromkeys(one["id"] for one in links.get("results", ())))


def _upsert(
    conn: psycopg.Connection[Any], portal_id: int, kind: ObjectType, record: dict[str, Any]
) -> None:
    names = [*_FIXED, *(column.name for column in kind.columns), *kind.link_columns.values()]
    values = [
        portal_id,
        record["id"],
        Jsonb(record),
        record["archived"],
        record["updatedAt"],
        "now",
    ]
    values += [record["properties"].get(column.property) or None for column in kind.columns]
    values += [_links(record, to) for to in kind.link_columns]
    replaced = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
    statement = (
        f"insert into {kind.table} ({', '.join(names)}) values ({', '.join(['%s'] * len(names))})"
    )
    conn.execute(
        f"{statement} on conflict (portal_id, hubspot_id) do update set {replaced}".encode(), values
    )


if __name__ == "__main__":
    main(sys.argv[1])
