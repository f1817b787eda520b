"""What HubSpot accepts into a property, and in which form it keeps it: every value a string."""

import re
from typing import Any

from hubspot.objects import ObjectType

from .definitions import Definition, read_only
from .errors import Problem, invalid_properties
from .portal import Portal
from .store import Record
from .wire import epoch_ms, in_record

# HubSpot wants a mailbox and a domain with a dot; what else it refuses is documented nowhere.
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


def accepted(portal: Portal, kind: ObjectType, wanted: Any) -> dict[str, str]:
    """Answer the values as strings; raise Problem that lists every refused one."""
    if not isinstance(wanted, dict):
        raise Problem(400, "Invalid input JSON: properties must be an object")
    values = {name: as_text(value) for name, value in wanted.items()}
    known = portal.properties[kind.name]
    faults = [
        fault for name, value in values.items() if (fault := fault_of(name, value, known.get(name)))
    ]
    if faults:
        raise invalid_properties(portal.portal_id, faults)
    return {name: in_record(value, known[name]["type"]) for name, value in values.items()}


def as_text(value: Any) -> str:
    """Write a value as text; null clears, as "" does."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def fault_of(name: str, value: str, known: Definition | None) -> dict[str, str] | None:
    if known is None:
        return fault(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if read_only(known):
        return fault(
            name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'
        )
    allowed = {option["value"] for option in known["options"]}
    if allowed and not set(value.split(";")) <= allowed | {""}:
        return fault(
            name, "INVALID_OPTION", f"{value} was not one of the allowed options: {sorted(allowed)}"
        )
    return malformed(name, value, known["type"])


def malformed(name: str, value: str, value_type: str) -> dict[str, str] | None:
    if value and name == "email" and not EMAIL.fullmatch(value):
        return fault(name, "INVALID_EMAIL", f"Email address {value} is invalid")
    if value and value_type == "number" and not is_number(value):
        return fault(name, "INVALID_INTEGER", f"{value} was not a valid number.")
    if value and value_type in ("date", "datetime") and epoch_ms(value) is None:
        return fault(name, "INVALID_DATE", f"{value} was not a valid date.")
    return None


def fault(name: str, error: str, message: str) -> dict[str, str]:
    return {"message": message, "error": error, "name": name}


def is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def refuse_duplicate(
    portal: Portal, kind: ObjectType, values: dict[str, str], record: Record | None = None
) -> None:
    """Refuse a unique value that another record holds with a 409 that names that record."""
    store = portal.stores[kind.name]
    for name in store.unique & values.keys():
        other = store.find(name, values[name])
        if other is not None and other is not record and other.archived_at is None:
            what = f"{kind.singular.capitalize()} already exists. Existing ID: {other.id}"
            raise Problem(409, what, "CONFLICT")
