"""/dead-letters: what failed for good, why, and bringing it back."""

from __future__ import annotations

from datetime import datetime

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from api.guard import needs, note, portal_of, servers_of_app
from api.problems import not_found
from operations import letter_list
from operations.replay import replay

routes = APIBlueprint("dead-letters", __name__, tag="dead-letters")


class LettersIn(BaseModel):
    """Which dead letters."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")
    everything: bool = Field(False, description="The ones that need nobody any more, too")
    before: int | None = Field(None, description="next_before of the page before")
    limit: int = Field(50, ge=1, le=200)


class LetterOut(BaseModel):
    """Something that failed for good."""

    letter_id: int
    kind: str
    object_type: str | None
    hubspot_id: str | None
    reason: str
    created_at: datetime
    replayed_at: datetime | None
    landed_at: datetime | None = Field(description="Since when the record is here after all")


class LettersOut(BaseModel):
    """A page of dead letters, newest first."""

    dead_letters: list[LetterOut]
    next_before: int | None = Field(description="null: this is the last page")


class LetterPortalIn(BaseModel):
    """Whose dead letters."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


class ReplayedOut(BaseModel):
    """How many dead letters are on their way again."""

    replayed: int


@routes.get("")
@needs("status:read")
@routes.input(LettersIn, location="query")
@routes.output(LettersOut)
def letters(query_data: LettersIn) -> LettersOut:
    """List dead letters, newest first."""
    asked = query_data
    found = letter_list.letters(
        servers_of_app(),
        portal_of(asked.portal),
        asked.limit + 1,
        asked.before,
        asked.everything,
    )
    shown = [LetterOut(**row) for row in found[: asked.limit]]
    following = shown[-1].letter_id if len(found) > asked.limit else None
    return LettersOut(dead_letters=shown, next_before=following)


@routes.post("/<int:letter_id>/replay")
@needs("replay:write")
@routes.input(LetterPortalIn, location="query")
@routes.output(ReplayedOut)
def replay_one(letter_id: int, query_data: LetterPortalIn) -> ReplayedOut:
    """Bring a dead letter back. 404 where none of this id waits."""
    portal_id = portal_of(query_data.portal)
    replayed = replay(servers_of_app(), letter_id=letter_id, portal_id=portal_id)
    if not replayed:
        raise not_found(f"dead letter {letter_id} that waits")
    note(servers_of_app(), "replayed", portal_id, {"letter_id": letter_id})
    return ReplayedOut(replayed=replayed)


@routes.post("/replay")
@needs("replay:write")
@routes.input(LetterPortalIn, location="query")
@routes.output(ReplayedOut)
def replay_all(query_data: LetterPortalIn) -> ReplayedOut:
    """Bring every dead letter of a portal back."""
    portal_id = portal_of(query_data.portal)
    replayed = replay(servers_of_app(), portal_id=portal_id)
    note(servers_of_app(), "replayed", portal_id, {"letters": replayed})
    return ReplayedOut(replayed=replayed)
