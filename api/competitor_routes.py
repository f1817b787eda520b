"""/competitors: who is looked for, what became of the deals that name them, and the losses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from analytics import competitor_reads
from api.guard import needs, note, portal_of, servers_of_app
from api.problems import Refusal, not_found
from operations import competitor_list
from operations.competitor_list import LONGEST, MOST_ALIASES, CompetitorError, WantedCompetitor

routes = APIBlueprint("competitors", __name__, tag="competitors")


class CompetitorPortalIn(BaseModel):
    """Whose competitors."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


class LossesIn(CompetitorPortalIn):
    """Which losses."""

    since: datetime | None = Field(None, description="Lost at this time or later")
    competitor: str | None = Field(None, max_length=LONGEST)
    limit: int = Field(50, ge=1, le=500)


class CompetitorIn(BaseModel):
    """A competitor to look for."""

    name: str = Field(min_length=2, max_length=LONGEST)
    aliases: list[str] = Field([], max_length=MOST_ALIASES, description="How else it is written")
    never: list[str] = Field(
        [], max_length=MOST_ALIASES, description="Phrases that mean something else: apple pie"
    )


class CompetitorOut(BaseModel):
    """A competitor, and what became of the deals that name it. Money is the company's."""

    competitor: str
    aliases: list[str]
    deals: int
    won: int
    lost: int
    open: int
    win_rate: Decimal | None = Field(description="Per cent of the decided; null: none is")
    sales_won: Decimal | None
    sales_lost: Decimal | None
    sales_open: Decimal | None
    losses_30_days: int = Field(description="3 or more are a pattern")
    last_mentioned_at: datetime | None


class CompetitorsOut(BaseModel):
    """All competitors, the most losses of 30 days first."""

    competitors: list[CompetitorOut]


class LossOut(BaseModel):
    """A deal that was lost while it named a competitor, and where it is named."""

    deal_id: str
    dealname: str | None
    competitor: str
    lost_at: datetime | None
    sale: Decimal | None
    owner_id: str | None
    sources: list[str]
    noticed_at: datetime | None


class LossesOut(BaseModel):
    """Losses, the latest first."""

    losses: list[LossOut]


class LookedForOut(BaseModel):
    """Whether a competitor is looked for from now on."""

    competitor: str
    looked_for: bool


@routes.get("")
@needs("metrics:read")
@routes.input(CompetitorPortalIn, location="query")
@routes.output(CompetitorsOut)
def results(query_data: CompetitorPortalIn) -> CompetitorsOut:
    """List the competitors with deals won, lost and open."""
    portal_id = portal_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        rows = competitor_reads.results(conn, portal_id)
    return CompetitorsOut(competitors=[CompetitorOut(**row) for row in rows])


@routes.get("/losses")
@needs("metrics:read")
@routes.input(LossesIn, location="query")
@routes.output(LossesOut)
def losses(query_data: LossesIn) -> LossesOut:
    """List the deals that were lost while they named a competitor."""
    asked, portal_id = query_data, portal_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        rows = competitor_reads.losses(conn, portal_id, asked.limit, asked.since, asked.competitor)
    return LossesOut(losses=[LossOut(**row) for row in rows])


@routes.post("")
@needs("portals:admin")
@routes.input(CompetitorPortalIn, location="query")
@routes.input(CompetitorIn)
@routes.output(LookedForOut)
def put(query_data: CompetitorPortalIn, json_data: CompetitorIn) -> LookedForOut:
    """Look for a competitor, or replace the one of this name. All texts are read again."""
    portal_id, asked = portal_of(query_data.portal), json_data
    wanted = WantedCompetitor(asked.name, tuple(asked.aliases), tuple(asked.never))
    try:
        competitor_list.put(servers_of_app(), portal_id, [wanted])
    except CompetitorError as error:
        raise Refusal(422, str(error)) from error
    note(servers_of_app(), "competitor set", portal_id, {"competitor": asked.name})
    return LookedForOut(competitor=asked.name.strip(), looked_for=True)


@routes.delete("/<competitor>")
@needs("portals:admin")
@routes.input(CompetitorPortalIn, location="query")
@routes.output(LookedForOut)
def remove(competitor: str, query_data: CompetitorPortalIn) -> LookedForOut:
    """Look for a competitor no more, and forget what was found of it."""
    portal_id = portal_of(query_data.portal)
    if not competitor_list.remove(servers_of_app(), portal_id, competitor):
        raise not_found("competitor")
    note(servers_of_app(), "competitor removed", portal_id, {"competitor": competitor})
    return LookedForOut(competitor=competitor, looked_for=False)
