"""List what is written back to HubSpot. One more is one entry, and a query of its own name in
sql/write_backs that answers hubspot_id and value for a portal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg.sql import SQL

from db.connect import Connection

GROUP, GROUP_LABEL = "spoke", "Spoke"  # of the properties that Spoke makes
_FOLDER = Path(__file__).parent.parent / "sql" / "write_backs"


@dataclass(frozen=True, slots=True)
class WriteBack:
    """Describe one property that Spoke keeps in HubSpot, and the query that says its values."""

    name: str  # of the property
    object_type: str
    label: str
    about: str
    wanted: SQL
    needs: str = ""  # the table without which there is nothing to write
    value_type: str = "string"
    field_type: str = "text"
    more: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def definition(self) -> dict[str, Any]:
        """Answer the property as HubSpot is asked to make it."""
        return {
            "name": self.name,
            "label": self.label,
            "description": self.about,
            "groupName": GROUP,
            "type": self.value_type,
            "fieldType": self.field_type,
            **self.more,
        }


def _query(name: str) -> SQL:
    return SQL((_FOLDER / f"{name}.sql").read_text().strip())


_WRITE_BACKS = (
    WriteBack(
        name="lead_score_ml",
        object_type="contacts",
        label="Lead score (Spoke)",
        about="How likely this contact's deal is to be won, 0 to 100, by Spoke's model in use",
        wanted=_query("lead_score_ml"),
        needs="lead_scores",
        value_type="number",
        field_type="number",
    ),
    WriteBack(
        name="icp_segment",
        object_type="companies",
        label="ICP segment (Spoke)",
        about="How well this company fits the best customers, by its size and industry",
        wanted=_query("icp_segment"),
        needs="company_scores",
    ),
    WriteBack(
        name="competitor_displaced",
        object_type="deals",
        label="Competitor displaced (Spoke)",
        about="The competitors that were spoken of in this deal, which was won",
        wanted=_query("competitor_displaced"),
        needs="competitor_mentions",
    ),
)

WRITE_BACKS: dict[str, WriteBack] = {each.name: each for each in _WRITE_BACKS}


def ready(conn: Connection, entries: Iterable[WriteBack]) -> list[WriteBack]:
    """List the entries whose table is there: each comes with the part that fills it."""
    return [each for each in entries if not each.needs or _is_there(conn, each.needs)]


def _is_there(conn: Connection, table: str) -> bool:
    row = conn.execute("select to_regclass(%s) is not null as here", [table]).fetchone()
    return bool(row and row["here"])
