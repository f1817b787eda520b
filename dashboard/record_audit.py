"""What the audit learns of the pages of records: sensitive reads, exports, refreshes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g, request

from analytics.record_fields import Shape
from operations import audit
from operations.callers import Caller
from operations.servers import Servers


def note(
    servers: Servers, caller: Caller, action: str, portal_id: int, details: dict[str, Any]
) -> None:
    """Enter into the audit what a person does with this request."""
    address, request_id = request.remote_addr, g.get("request_id")
    entry = audit.AuditEntry(caller.name, action, portal_id, details, address, request_id)
    audit.note(servers, entry)


def note_sensitive(
    servers: Servers, caller: Caller, shape: Shape, names: Iterable[str], details: dict[str, Any]
) -> bool:
    """Enter that sensitive properties are read: which, and not what they say. Answers whether any
    are: such a page is not read again by itself, as each reading is an entry."""
    read = sorted(name for name in set(names) if shape.fields[name].is_sensitive)
    if read:
        about = {"type": shape.kind.name, "properties": read, **details}
        note(servers, caller, "sensitive read", shape.portal_id, about)
    return bool(read)
