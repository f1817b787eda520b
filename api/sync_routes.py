"""/sync, /scans and /verify-runs: is the copy complete, fresh and equal, and what runs?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from api.guard import needs, portal_of, servers_of_app
from operations import polled_state, portal_state, scan_list, sync_state
from operations.polled_state import PolledState

routes = APIBlueprint("sync", __name__, tag="sync")


class OfPortalIn(BaseModel):
    """Which portal."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


class ProofOut(BaseModel):
    """What the last comparisons with HubSpot found."""

    is_equal: bool
    compared: int
    unequal: int
    never: list[str] = Field(description="Types with records that were never compared")
    oldest_at: datetime | None = Field(description="Of the last comparisons the oldest one")
    is_sample: bool = Field(description="Whether samples are among them")


class SyncTypeOut(BaseModel):
    """How one type is."""

    object_type: str
    rows: int
    archived_rows: int
    pending: int
    oldest_pending_seconds: float | None
    failed: int
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    latency_p99_ms: float | None
    last_event_at: datetime | None
    last_reconcile_at: datetime | None
    last_backfill_at: datetime | None
    last_nightly_at: datetime | None
    last_verify_at: datetime | None
    last_verify_unequal: int | None
    value_issues: int


class PolledOut(BaseModel):
    """How a family of lists, forms … is, which no webhook tells of."""

    family: str
    entries: int
    gone: int = Field(description="Entries that HubSpot lists no more")
    being_read: int = Field(description="Lists of it whose reading goes on")
    failed: int = Field(description="Lists of it that HubSpot refused")
    looked_at: datetime | None = Field(description="The last look; null: not yet")
    whole_at: datetime | None = Field(description="When all of it was last read")
    next_at: datetime = Field(description="When the clock has it looked at next")
    note: str | None = Field(description="Why it cannot be read")


class ProcessOut(BaseModel):
    """A kind of process, and how many of it run."""

    name: str
    count: int
    waiting: int | None = Field(description="Jobs on its queue; null: it has none")
    cure: str | None = Field(description="What to do where none runs")


class SyncOut(BaseModel):
    """The state of a portal's copy."""

    portal_id: int
    proof: ProofOut
    types: list[SyncTypeOut]
    polled: list[PolledOut] = Field(description="What is asked for on a schedule")
    deliveries_waiting: int
    refused: dict[str, int] = Field(description="Requests that the receiver refused, by reason")
    processes: list[ProcessOut]
    to_mend: list[str] = Field(description="What keeps work waiting until an operator mends it")


class ScansIn(OfPortalIn):
    """Which scans."""

    everything: bool = Field(False, description="Every run, and not only the latest of each type")


class ScanOut(BaseModel):
    """One run of backfill, reconcile or nightly comparison."""

    scan_id: UUID
    kind: str
    object_type: str
    state: str
    records: int
    total: int | None
    share: float | None
    created: int | None = Field(description="Records that had no row here")
    updated: int | None = Field(description="Records whose row was older than HubSpot's")
    unchanged: int | None
    requests: int
    rows_per_second: float | None
    seconds_left: float | None
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    error: str | None


class ScansOut(BaseModel):
    """Scans of a portal, 200 at most."""

    scans: list[ScanOut]


class VerifyRunsIn(OfPortalIn):
    """Which comparisons."""

    object_type: str | None = Field(None, max_length=200)
    page: int = Field(1, ge=1, le=1_000)
    per_page: int = Field(50, ge=1, le=100)


class VerifyRunOut(BaseModel):
    """One comparison of a type with HubSpot."""

    run_id: UUID
    object_type: str
    sampled: bool
    started_at: datetime
    finished_at: datetime
    compared: int
    unequal: int
    healed: bool


class VerifyRunsOut(BaseModel):
    """A page of comparisons, newest first."""

    verify_runs: list[VerifyRunOut]
    has_more: bool


@routes.get("/sync")
@needs("status:read")
@routes.input(OfPortalIn, location="query")
@routes.output(SyncOut)
def sync(query_data: OfPortalIn) -> SyncOut:
    """Answer how a portal's copy is: equal, fresh, and what waits."""
    servers, portal_id = servers_of_app(), portal_of(query_data.portal)
    refused, types = sync_state.refused(servers), portal_state.types(servers, portal_id)
    return SyncOut(
        portal_id=portal_id,
        proof=_proof(sync_state.proof(servers, portal_id, types)),
        types=[SyncTypeOut(**_known(row)) for row in types],
        polled=[_polled(each) for each in polled_state.of_portal(servers, portal_id)],
        deliveries_waiting=sync_state.waiting_deliveries(servers),
        refused={each["reason"]: each["count"] for each in refused},
        processes=[ProcessOut(**each) for each in sync_state.processes(servers)],
        to_mend=sync_state.to_mend(servers),
    )


def _proof(found: sync_state.Proof) -> ProofOut:
    return ProofOut(
        is_equal=found.is_equal,
        compared=found.compared,
        unequal=found.unequal,
        never=list(found.never),
        oldest_at=found.oldest_at,
        is_sample=found.is_sample,
    )


def _polled(each: PolledState) -> PolledOut:
    return PolledOut(**{name: getattr(each, name) for name in PolledOut.model_fields})


def _known(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in SyncTypeOut.model_fields}


@routes.get("/scans")
@needs("status:read")
@routes.input(ScansIn, location="query")
@routes.output(ScansOut)
def scans(query_data: ScansIn) -> ScansOut:
    """List scans: the latest run of each kind and type, or every run."""
    portal_id = portal_of(query_data.portal)
    rows = scan_list.scans_of(servers_of_app(), portal_id, query_data.everything)
    return ScansOut(scans=[ScanOut(**row) for row in rows])


@routes.get("/verify-runs")
@needs("status:read")
@routes.input(VerifyRunsIn, location="query")
@routes.output(VerifyRunsOut)
def verify_runs(query_data: VerifyRunsIn) -> VerifyRunsOut:
    """List comparisons with HubSpot, newest first."""
    asked = query_data
    rows = sync_state.rows(
        servers_of_app(),
        "verify_run_list",
        portal_id=portal_of(asked.portal),
        object_type=asked.object_type,
        limit=asked.per_page + 1,
        offset=(asked.page - 1) * asked.per_page,
    )
    shown = [VerifyRunOut(**row) for row in rows[: asked.per_page]]
    return VerifyRunsOut(verify_runs=shown, has_more=len(rows) > asked.per_page)
