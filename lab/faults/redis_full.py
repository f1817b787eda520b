"""29: Redis fills up with deliveries while Postgres is away, then has no byte to spare until it has
been emptied."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random

import redis
import requests

import deliveries
import memory
from lab.faults.edits import edit
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.sender import MARK, Sender
from lab.faults.stage import Stage, staged

MB = 2**20
MOST = 20_000  # deliveries: a Redis that takes more than these was not limited
EVENTS = 100  # in each
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Found:
    """The counts: `told` are HubSpot's events while Redis took none, `seconds` the time from
    Postgres's return until no delivery waits in Redis."""

    taken: int
    told: int
    refused: int
    ready: str
    seconds: float
    lost: int
    ended: int
    buried: int
    unequal: int

    def __str__(self) -> str:
        told = (
            f"{self.taken:,} deliveries of {EVENTS} events taken; then {self.told:,} events of "
            "HubSpot's, refused"
        )
        told += (
            f" {self.refused:,} times, while ready said “{self.ready.partition(';')[0]}; …”; "
            "none waited"
        )
        told += (
            f" {self.seconds:.1f} s after Postgres was back; {self.lost} events lost, "
            f"{self.ended} processes"
        )
        return f"{told} ended, {self.buried} dead letters, {self.unequal} unequal"

    @property
    def ok(self) -> bool:
        told = (
            self.refused > 0
            and "deliveries are refused since" in self.ready
            and self.seconds < PATIENCE_SECONDS
        )
        return told and not (self.lost or self.ended or self.buried or self.unequal)


@scenario(
    29,
    "Redis is full",
    "a Valkey with 8 MB to spare, Postgres stopped: deliveries until one is refused, then 500 "
    "events of HubSpot's; then `maxmemory` is cut to half of what is used; half a minute later "
    "Postgres is back, and once no delivery waits, there is room again",
    "0 of the deliveries taken lost, the refused ones land when they are sent again; none waits "
    "60 s after Postgres's return; 0 processes end; 0 buried; ready says so; identical",
)
def redis_full(plan: Plan) -> Result:
    with staged() as stage:
        found = _run(stage, plan)
    return Result(str(found), found.ok)


def _run(stage: Stage, plan: Plan) -> Found:
    server, before = stage.context.server, _processes(stage)
    enough = memory.look(server).used + plan.size(8, 3) * MB
    server.config_set("maxmemory", enough)
    stage.servers.postgres.stop()
    taken = _fill(stage, plan.seed)
    told = edit(stage.hubspot, plan.size(500, 50), 100, plan.seed)
    server.config_set("maxmemory", memory.look(server).used // 2)
    time.sleep(plan.size(30, 8))
    ready = _ready(stage)
    stage.servers.postgres.start()
    seconds = _empty(server)
    server.config_set("maxmemory", enough)
    stage.hubspot.wait_until_quiet()
    stage.settle()
    return Found(
        taken=taken,
        told=told,
        refused=int(stage.hubspot.ask("stats")["deliveries"]["failed"]),
        ready=ready,
        seconds=seconds,
        lost=stage.lost_events()
        + taken * EVENTS
        - stage.count("webhook_events where event->>'sourceId' = %s", MARK),
        ended=len(before - _processes(stage)) + _log(stage).count("starting another"),
        buried=stage.count("dead_letters"),
        unequal=stage.unequal(),
    )


def _fill(stage: Stage, seed: int) -> int:
    """Send until one is refused; how many were taken. Their values do not compress well."""
    sender, random = Sender(stage.stack), Random(seed)
    for number in range(MOST):
        values = [random.randbytes(64).hex() for _ in range(EVENTS)]
        if sender.post([sender.event(1, propertyValue=value) for value in values]).status != 204:
            return number
    raise RuntimeError(f"after {MOST:,} deliveries none was refused")


def _ready(stage: Stage) -> str:
    answer = requests.get(stage.stack.environment["PUBLIC_URL"] + "/health/ready", timeout=10)
    if answer.status_code == 503:
        return str(answer.json()["checks"]["redis"])
    return f"answered {answer.status_code}"


def _empty(server: redis.Redis) -> float:
    """Wait until no delivery waits; answer the seconds."""
    began = time.monotonic()
    while deliveries.waiting(server) and time.monotonic() - began < PATIENCE_SECONDS:
        time.sleep(0.1)
    return time.monotonic() - began


def _processes(stage: Stage) -> set[int]:
    """Answer the product's processes that live."""
    started = [each.pid for each in stage.stack.processes.values() if each.poll() is None]
    return {*started, *(worker.pid for worker in stage.crew.workers())}


def _log(stage: Stage) -> str:
    return (stage.stack.logs / "workers.log").read_text()
