"""Store the descriptions of records: owners, pipelines, property definitions. They are small; each
refresh writes the whole set. Owners, pipelines and stages that HubSpot no longer lists stay:
records name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import tuples, values
from hubspot.mirrored import Mirrored


def put_owners(conn: Connection, portal_id: int, owners: str) -> None:
    """Store owners, a JSON array of HubSpot's, with those that left: old deals still name them. An
    owner that is not in the array is noted as gone."""
    where = {"portal_id": portal_id}
    conn.execute(QUERIES["put_owners"], where | {"owners": owners})
    conn.execute(QUERIES["note_lost_owners"], where)


def put_pipelines(conn: Connection, of: Mirrored, pipelines: str) -> None:
    """Store pipelines, a JSON array. A pipeline or stage that is not among them is noted as
    gone."""
    where = of.where
    conn.execute(QUERIES["put_pipelines"], where | {"pipelines": pipelines})
    conn.execute(QUERIES["note_lost_pipelines"], where)


def put_properties(conn: Connection, of: Mirrored, properties: str) -> set[str]:
    """Store property definitions, a JSON array; answer the names that were not known before."""
    where = of.where
    put = conn.execute(QUERIES["put_properties"], where | {"properties": properties}).fetchall()
    conn.execute(QUERIES["drop_lost_properties"], where)
    return {row["name"] for row in put if row["new"]}


def property_names(conn: Connection, of: Mirrored) -> list[str]:
    """List every property of the type that HubSpot told us of; none before the first refresh."""
    return values(conn, QUERIES["property_names"], of.where)


def unread(conn: Connection, of: Mirrored, names: Iterable[str]) -> list[dict[str, Any]]:
    """List the properties of a type that are known and not among these names, as HubSpot described
    them."""
    where = of.where | {"names": sorted(names)}
    return values(conn, QUERIES["unread_properties"], where)


def generated_types(conn: Connection, of: Mirrored) -> dict[str, str]:
    """Map a property to the SQL type of the columns in a type's generated view that not every text
    fits."""
    return dict(tuples(conn, QUERIES["generated_types"], of.where))


def add(conn: Connection, of: Mirrored, pipelines: str, properties: str) -> None:
    """Store pipelines and properties beside the ones that are there; none is noted as gone."""
    conn.execute(QUERIES["put_pipelines"], of.where | {"pipelines": pipelines})
    conn.execute(QUERIES["put_properties"], of.where | {"properties": properties})
