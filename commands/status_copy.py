"""Write the sections of `spoke status` on how far the copy is proved and complete."""

from __future__ import annotations

from typing import Any

from commands.table import age, listed, section, table, wrapped
from db.queries import QueryRow

Read = dict[str, Any]


def polled(found: Read) -> list[str]:
    """Write a line per portal and family that no webhook tells of: how much of it is here, as of
    when, when the clock looks again, and why it cannot be read."""
    rows = [
        (
            str(row["portal_id"]),
            row["family"],
            row["entries"],
            row["gone"],
            row["looked_at"] or "never",
            row["next_at"],
            row["note"] or (f"{row['being_read']} being read" if row["being_read"] else ""),
        )
        for row in found["polled"]
    ]
    names = ["portal", "polled", "entries", "gone", "last look", "next", ""]
    empty = "nothing yet; the clock looks hourly"
    return listed("Polled", names, rows, right=["entries", "gone"], empty=empty)


def verified(found: Read) -> list[str]:
    """Write a line per portal and type that had anything to compare."""
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["finished_at"],
            f"{row['compared']:,}{' (a sample)' if row['sampled'] else ''}",
            row["unequal"],
            "fetched again" if row["unequal"] and row["healed"] else "",
        )
        for row in found["verified"]
        if row["compared"] or row["unequal"]
    ]
    names = ["portal", "type", "last verify", "compared", "differed", ""]
    empty = "never; run `spoke verify`"
    return listed("Verified", names, rows, right=["compared", "differed"], empty=empty)


def schema_findings(found: Read) -> list[str]:
    """Write a line per definition that numbers stand on and that changed or went."""
    lines = [
        f"Portal {row['portal_id']}: {row['what']}. It is needed by {row['needed_by']}. "
        f"{row['todo']}."
        for row in found["schema_findings"]
    ]
    told = [each for line in lines for each in wrapped(line, 4)]
    return section("Definitions that numbers stand on", told, "as they were")


def nights(found: Read) -> list[str]:
    """Write a line per portal and type: when everything was last compared and healed, and how the
    last night went."""
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["last_nightly_at"] or "never",
            row["records"],
            _night(row),
        )
        for row in found["nights"]
    ]
    names = ["portal", "type", "everything compared", "last night", ""]
    empty = "never; the clock does it nightly"
    return listed("Swept", names, rows, right=["last night"], empty=empty)


def _night(row: QueryRow) -> str:
    if row["state"] != "completed":
        return str(row["state"])
    if not row["nights"]:
        return ""
    return f"of {row['rows']:,}: everything within {row['nights']} nights"


def custom_objects(found: Read) -> list[str]:
    """Write each type that a portal defined itself, and why a portal's types are not known."""
    names = ["portal", "type", "id", "in HubSpot", "state"]
    rows = [
        (str(row["portal_id"]), row["object_type"], row["type_id"], row["label"], _presence(row))
        for row in found["custom_objects"]
        if row["type_id"]
    ]
    unseen = {row["portal_id"]: row["schemas_error"] for row in found["custom_objects"]}
    lines = table(names, rows) if rows else []
    for portal_id, why in unseen.items():
        if why:
            lines += wrapped(f"Those of portal {portal_id} cannot be seen: {why}", 4)
    return section("Custom objects", lines)


def _presence(row: QueryRow) -> str:
    if row["gone_at"]:
        return f"gone from HubSpot since {row['gone_at']:%Y-%m-%d %H:%M}; rows stay"
    return "mirrored"


def value_issues(found: Read) -> list[str]:
    names = ["portal", "property", "times", "last record", "why"]
    rows = [
        (
            str(row["portal_id"]),
            f"{row['object_type']}.{row['property']}",
            row["occurrences"],
            row["last_hubspot_id"],
            row["reason"],
        )
        for row in found["value_issues"]
    ]
    return listed("Values that did not fit", names, rows, right=["times"])


def histories(found: Read) -> list[str]:
    """Tell of records whose history in HubSpot is still to be read; the clock reads it every
    hour."""
    names = ["portal", "type", "to read", "last failure"]
    rows = [
        (str(row["portal_id"]), row["object_type"], row["records"], row["error"])
        for row in found["histories"]
    ]
    return listed("Histories", names, rows, right=["to read"], empty="all read")


def new_properties(found: Read) -> list[str]:
    """Tell of HubSpot's new properties: records that were read without them are read again."""
    names = ["portal", "type", "properties", "read again", "last failure"]
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            _first(row["names"]),
            row["records"],
            row["error"],
        )
        for row in found["new_properties"]
    ]
    empty = "every record has them"
    return listed("New properties", names, rows, right=["read again"], empty=empty)


def _first(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def views(found: Read) -> list[str]:
    """Tell which columns `contacts`, `deals` … do not show as the portals define them; every
    record's raw_json has them all the same."""
    lines = []
    for row in found["views"]:
        for text in (row["problem"], _left_out(row["left_out"])):
            if text:
                lines += wrapped(f"{row['name']}: {text}", 6)
    return section("Views", lines, "a column for every property")


def _left_out(names: list[str]) -> str:
    if not names:
        return ""
    more = " …" if len(names) > 10 else ""
    return f"no room for {len(names):,} properties: {', '.join(names[:10])}{more}"


def optional_types(found: Read) -> list[str]:
    """Tell which of the types that most portals have none of a portal has, and which it may not
    see."""
    lines = []
    for portal_id in dict.fromkeys(row["portal_id"] for row in found["optional_types"]):
        of = [row for row in found["optional_types"] if row["portal_id"] == portal_id]
        used = [row["object_type"] for row in of if row["used_at"]]
        empty = [row["object_type"] for row in of if not (row["used_at"] or row["refusal"])]
        told = [("read", used), ("none in HubSpot", empty)]
        lines += [f"{portal_id} {said}: {', '.join(names)}" for said, names in told if names]
        lines += [
            f"{portal_id} {row['object_type']}: {row['refusal']}" for row in of if row["refusal"]
        ]
    shown = [line for each in lines for line in wrapped(each, 4)]
    return section("Other objects", shown, "each looked for once a day")


def rollups(found: Read) -> list[str]:
    """Tell how the sums of the aggregations are: a portal in a line."""
    lines = [line for row in found["rollups"] for line in wrapped(rollups_told(row), 4)]
    return section("Sums", lines, "no portal")


def rollups_told(row: QueryRow) -> str:
    """Say of which entities a portal's sums are not built, what is not folded, and their age."""
    parts = [f"{row['unfolded']:,} changes to fold"]
    if row["seconds"] is not None:
        parts.append(f"built whole within {age(row['seconds'])}")
    if row["unbuilt"]:
        names = ", ".join(row["unbuilt"])
        parts.append(f"not built of {names}: their views count records")
    return f"{row['portal_id']}: {'; '.join(parts)}"
