"""/links: the uncertain ones, worst first, and deciding on them by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from analytics import link_reads
from analytics.link_reads import DoubtPlace
from api.guard import View, needs, note, portal_of, servers_of_app
from api.problems import Refusal, not_found
from operations import cursors, link_decisions
from operations.cursors import CursorError
from operations.link_decisions import LinkError, LinkKey, LinkMoved

routes = APIBlueprint("links", __name__, tag="links")
Kind = Literal["team_company", "call_contact", "contact_user"]
PORTAL = "The portal; may be left out by a token of one"


class LinkPortalIn(BaseModel):
    """Whose link."""

    portal: int | None = Field(None, description=PORTAL)


class DoubtsIn(LinkPortalIn):
    """Which uncertain links."""

    kind: Kind | None = Field(None, description="Links of one kind; none: of every kind")
    cursor: str | None = Field(None, description="next_cursor of the page before")
    limit: int = Field(50, ge=1, le=200)


class DoubtOut(BaseModel):
    """A link that people should look at. runner_up: what else it may lead to."""

    kind: str
    from_id: str
    from_name: str | None
    from_about: str | None = Field(
        description="When the call was in the portal's time zone, or the address"
    )
    linked: bool = Field(description="false: nothing was linked, for it would be a guess")
    why: str
    to_id: str
    to_name: str | None
    to_about: str | None = Field(description="A domain or an address")
    link_rule: str
    link_score: float
    runner_up_id: str | None
    runner_up_name: str | None
    runner_up_about: str | None
    runner_up_rule: str | None
    runner_up_score: float | None


class DoubtsOut(BaseModel):
    """A page of uncertain links, worst first. The list is found again every ten minutes."""

    links: list[DoubtOut]
    next_cursor: str | None = Field(description="null: this is the last page")


class ManualIn(LinkPortalIn):
    """Whose links set by hand."""

    limit: int = Field(50, ge=1, le=200)


class ManualOut(BaseModel):
    """A link that people set; to_id null: linked to nothing."""

    kind: str
    from_id: str
    from_name: str | None
    to_id: str | None
    to_name: str | None
    note: str | None
    created_at: datetime


class ManualsOut(BaseModel):
    """Links set by hand, the newest first."""

    links: list[ManualOut]


class LinkIn(BaseModel):
    """Which record's link."""

    kind: Kind
    from_id: str = Field(min_length=1, max_length=200)


class AcceptIn(LinkIn):
    """Which link is right."""

    to_id: str | None = Field(
        None, max_length=200, description="The suggestion that was seen: 409 if it is another now"
    )


class SetIn(LinkIn):
    """Where a link leads."""

    to_id: str | None = Field(max_length=200, description="null: to nothing, whatever rules say")
    note: str | None = Field(None, max_length=500, description="Why; shown with the link")


class DecidedOut(BaseModel):
    """What holds from now on. by_hand false: the rules decide."""

    kind: str
    from_id: str
    to_id: str | None
    by_hand: bool


@routes.get("/review")
@needs("metrics:read")
@routes.input(DoubtsIn, location="query")
@routes.output(DoubtsOut)
def review(query_data: DoubtsIn) -> DoubtsOut:
    """List the links that people should look at, worst first."""
    asked, servers = query_data, servers_of_app()
    portal_id = portal_of(asked.portal)
    question = ["links", portal_id, asked.kind]
    with servers.reading([portal_id]) as conn:
        place = _place(question, asked.cursor)
        rows = link_reads.doubts(conn, portal_id, asked.limit + 1, asked.kind, place)
    shown, following = rows[: asked.limit], None
    if len(rows) > asked.limit:
        following = cursors.write(servers.settings, question, _written(shown[-1]))
    return DoubtsOut(links=[DoubtOut(**row) for row in shown], next_cursor=following)


def _place(question: list[Any], cursor: str | None) -> DoubtPlace | None:
    if not cursor:
        return None
    try:
        linked, score, *rest = cursors.read(servers_of_app().settings, question, cursor)
    except CursorError as error:
        raise Refusal(422, str(error)) from error
    return DoubtPlace(linked, Decimal(score), *rest)


def _written(row: dict[str, Any]) -> list[Any]:
    place = link_reads.place_of(row)
    return [place.linked, str(place.link_score), place.kind, place.from_id]


@routes.get("/by-hand")
@needs("metrics:read")
@routes.input(ManualIn, location="query")
@routes.output(ManualsOut)
def by_hand(query_data: ManualIn) -> ManualsOut:
    """List the links that people set, the newest first."""
    portal_id = portal_of(query_data.portal)
    rows = link_decisions.by_hand(servers_of_app(), portal_id, query_data.limit)
    return ManualsOut(links=[ManualOut(**row) for row in rows])


def _decision(path: str, asked: type[LinkIn]) -> Callable[[View], View]:
    """Let a function decide on a link: portal in the query, the link in the body."""

    def enter(view: View) -> View:
        found = routes.input(LinkPortalIn, location="query")(
            routes.input(asked)(routes.output(DecidedOut)(view))
        )
        routes.post(path)(needs("scans:write")(found))
        return view

    return enter


@_decision("/review/accept", AcceptIn)
def accept(query_data: LinkPortalIn, json_data: AcceptIn) -> DecidedOut:
    """Keep the link that the rules suggest. 404 where none is to be decided."""
    key = _key(query_data, json_data)
    try:
        to_id = link_decisions.accept(servers_of_app(), key, json_data.to_id)
    except LinkMoved as error:
        raise Refusal(409, str(error)) from error
    except LinkError as error:
        raise not_found(f"link to decide on: {key.kind} {key.from_id}") from error
    return _noted("link accepted", key, to_id)


@_decision("/review/reject", LinkIn)
def reject(query_data: LinkPortalIn, json_data: LinkIn) -> DecidedOut:
    """Link a record to nothing, whatever the rules say."""
    return _set(_key(query_data, json_data), None, None, "link rejected")


@_decision("/by-hand", SetIn)
def set_by_hand(query_data: LinkPortalIn, json_data: SetIn) -> DecidedOut:
    """Link a record to another one. 404 where one of the two is not here."""
    key = _key(query_data, json_data)
    return _set(key, json_data.to_id, json_data.note, "link set by hand")


@_decision("/by-hand/take-back", LinkIn)
def take_back(query_data: LinkPortalIn, json_data: LinkIn) -> DecidedOut:
    """Let the rules decide again. 404 where the link was not set by hand."""
    key = _key(query_data, json_data)
    if not link_decisions.take_back(servers_of_app(), key):
        raise not_found(f"link set by hand: {key.kind} {key.from_id}")
    return _noted("link taken back", key, None, by_hand=False)


def _key(asked: LinkPortalIn, named: LinkIn) -> LinkKey:
    return LinkKey(portal_of(asked.portal), named.kind, named.from_id)


def _set(key: LinkKey, to_id: str | None, why: str | None, action: str) -> DecidedOut:
    try:
        link_decisions.decide(servers_of_app(), key, to_id, why)
    except LinkError as error:
        raise Refusal(404, str(error)) from error
    return _noted(action, key, to_id)


def _noted(action: str, key: LinkKey, to_id: str | None, by_hand: bool = True) -> DecidedOut:
    details = {"kind": key.kind, "from_id": key.from_id, "to_id": to_id}
    note(servers_of_app(), action, key.portal_id, details)
    return DecidedOut(kind=key.kind, from_id=key.from_id, to_id=to_id, by_hand=by_hand)
