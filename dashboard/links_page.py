"""Links to review: the uncertain ones, worst first, each with why; decided by key or button."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request

from analytics import link_reads, record_fields
from analytics.link_reads import KINDS, WHY, DoubtPlace
from dashboard.asked import Asked
from dashboard.link_forms import SAID
from dashboard.records_page import types_of
from operations import cursors, link_decisions
from operations.callers import Caller
from operations.cursors import CursorError
from operations.servers import Servers

SHOWN, DECIDED = 20, 10


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find one page of uncertain links, and what was decided lately."""
    kind = asked.words.get("kind", "")
    kind = kind if kind in KINDS else ""
    place = _place(servers, asked.portal_id, kind)
    may_search = "records:read" in caller.scopes
    with servers.reading([asked.portal_id]) as conn:
        rows = link_reads.doubts(conn, asked.portal_id, SHOWN + 1, kind or None, place)
        counts = link_reads.counts(conn, asked.portal_id)
    return {
        "rows": rows[:SHOWN],
        "following": _following(servers, asked, kind, rows),
        "is_first": place is None,
        "counts": counts,
        "kind": kind,
        "kinds": KINDS,
        "why": WHY,
        "decided": link_decisions.by_hand(servers, asked.portal_id, DECIDED),
        "found": _found(servers, asked) if may_search else None,
        "may_decide": "scans:write" in caller.scopes,
        "may_search": may_search,
        "heading": "Links to review",
        "said": SAID.get(request.args.get("did", "")),
    }


def _question(portal_id: int, kind: str) -> list[Any]:
    return ["links page", portal_id, kind]


def _place(servers: Servers, portal_id: int, kind: str) -> DoubtPlace | None:
    """Read where the page begins; a text that is no cursor of ours begins at the worst link."""
    try:
        text = request.args.get("after", "")
        linked, score, *rest = cursors.read(servers.settings, _question(portal_id, kind), text)
    except CursorError:
        return None
    return DoubtPlace(linked, Decimal(score), *rest)


def _following(servers: Servers, asked: Asked, kind: str, rows: list[dict[str, Any]]) -> str | None:
    if len(rows) <= SHOWN:
        return None
    last = link_reads.place_of(rows[SHOWN - 1])
    place = [last.linked, str(last.link_score), last.kind, last.from_id]
    after = cursors.write(servers.settings, _question(asked.portal_id, kind), place)
    return asked.url("/links", kind=kind, after=after)


def _found(servers: Servers, asked: Asked) -> dict[str, Any] | None:
    """Find what another link may lead to, for the one that the URL names."""
    kind, _, from_id = asked.words.get("for", "").partition(":")
    text = asked.words.get("text", "").strip()[:200]
    if kind not in KINDS or not text:
        return None
    object_type = KINDS[kind].to_type
    types = types_of(servers, asked.portal_id)
    with servers.reading([asked.portal_id]) as conn:
        shape = None
        if object_type:
            shape = record_fields.shape(conn, asked.portal_id, types[object_type], False)
        rows = link_reads.targets(conn, shape, text)
    return {"kind": kind, "from_id": from_id, "text": text, "rows": rows}
