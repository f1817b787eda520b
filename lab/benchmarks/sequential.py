"""The loop that most would write first: list a page, read its links, one INSERT … ON CONFLICT per
row, commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
import requests
from psycopg.types.json import Jsonb

from db.connect import search_path
from hubspot.objects import ObjectType
from lab.stack import Stack

TIMEOUT_SECONDS = 30
_FIXED = ("portal_id", "hubspot_id", "raw_json", "archived", "updated_at", "fetched_at")


def fetch_all(stack: Stack, kind: ObjectType, properties: Sequence[str]) -> int:
    """Every record of a type into its table; answers how many."""
    settings, query, found = (
        stack.context.settings,
        {"limit": 100, "properties": ",".join(properties)},
        0,
    )
    session, after = requests.Session(), ""
    session.headers["Authorization"] = f"Bearer {settings.hubspot_access_token}"
    options = f"-c search_path={search_path(settings.database_schema).replace(' ', '')}"
    with psycopg.connect(settings.database_url, options=options) as conn:
        while True:
            answer = session.get(
                f"{stack.hubspot.url}/crm/objects/2026-09/{kind.name}",
                params=query | ({"after": after} if after else {}),
                timeout=TIMEOUT_SECONDS,
            )
            answer.raise_for_status()
            page = answer.json()
            links = {
                to: _links(session, stack.hubspot.url, kind, to, page["results"])
                for to in kind.associations
            }
            for record in page["results"]:
                _upsert(conn, stack.portal.portal_id, kind, record, links)
            conn.commit()
            found += len(page["results"])
            after = page.get("paging", {}).get("next", {}).get("after")
            if not after:
                return found


def _links(
    session: requests.Session,
    url: str,
    kind: ObjectType,
    to: str,
    records: Sequence[dict[str, Any]],
) -> dict[str, list[str]]:
    """Id → the ids of the associated records."""
    answer = session.post(
        f"{url}/crm/associations/2026-09/{kind.name}/{to}/batch/read",
        json={"inputs": [{"id": record["id"]} for record in records]},
        timeout=TIMEOUT_SECONDS,
    )
    answer.raise_for_status()
    found = answer.json()["results"]
    return {
        str(each["from"]["id"]): [str(end["toObjectId"]) for end in each["to"]] for each in found
    }


def _upsert(
    conn: psycopg.Connection[Any],
    portal_id: int,
    kind: ObjectType,
    record: dict[str, Any],
    links: dict[str, dict[str, list[str]]],
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
    values += [links[to].get(record["id"], []) for to in kind.link_columns]
    replaced = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
    statement = (
        f"insert into {kind.table} ({', '.join(names)}) values ({', '.join(['%s'] * len(names))})"
    )
    conn.execute(
        f"{statement} on conflict (portal_id, hubspot_id) do update set {replaced}".encode(), values
    )
