"""`python -m lab.peers [name …]`: every peer reads the portal that Spoke mirrors, and all their
values are compared; exits 1 on a difference."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from lab import stack
from lab.peers.compare import Record, Tally, compare
from lab.peers.environments import NotInstalled
from lab.peers.loads import CUSTOM, PEERS, Failed, Peer, Place
from lab.peers.mirror import Mirrored, mirrored
from lab.simulated import Scene
from lab.stack import Stack
from workers.definitions import refresh

# More than a page of most types; no more, for Airbyte's source is slow with histories.
SCENE = Scene(
    {
        "contacts": 230, "companies": 110, "deals": 130, "calls": 210, "tickets": 110,
        "line_items": 60, "products": 30, "emails": 40, "meetings": 30, "notes": 40, "tasks": 30,
    },
    latency_ms=0,
    rate_limit=0,
    custom={CUSTOM: 110},
)  # fmt: skip
EDITS = 400
SHOWN = 10  # differences of each peer
console = Console()


@dataclass(slots=True)
class Outcome:
    """What came of one peer: figures, or why there are none."""

    peer: Peer
    tally: Tally
    seconds: float = 0.0
    absent: str = ""
    failed: str = ""


def main(names: list[str]) -> int:
    """Compare all peers. Install them first: the stack forgets the shell's settings, and package
    clients need them. Answer 0 when something was compared and nothing differs.

    0 when something was compared and nothing differs.
    """
    wanted = [peer for peer in PEERS if not names or any(name in peer.name for name in names)]
    outcomes = [Outcome(peer, Tally()) for peer in wanted]
    environments = [installed(outcome) for outcome in outcomes]
    with stack.running(SCENE, say=console.print) as running:
        ours = prepared(running)
        for outcome, environment in zip(outcomes, environments, strict=True):
            if environment:
                judge(running, ours, outcome, environment)
    show(outcomes)
    wrong = [one for one in outcomes if one.failed or one.tally.different]
    if wrong or not any(one.tally.values for one in outcomes):
        return 1
    return 0


def installed(outcome: Outcome) -> Path | None:
    try:
        with console.status(f"Installing {outcome.peer.name} …"):
            return outcome.peer.install()
    except NotInstalled as error:
        outcome.absent = str(error)
        return None


def prepared(running: Stack) -> Mirrored:
    """Mirror a portal that people have worked in: edits, a backfill, then archived records that
    webhooks tell of."""
    hubspot = running.hubspot
    kinds = ["update", "create", "associate", "dissociate"]
    hubspot.call("edits", count=EDITS, seed=1, kinds=kinds)
    hubspot.call("edits", count=12, seed=2, kinds=["merge"], types=["contacts", "deals"])
    hubspot.wait_until_quiet(running.check)
    running.backfill()
    hubspot.call("edits", count=EDITS // 8, seed=3, kinds=["archive"])
    hubspot.wait_until_quiet(running.check)
    running.wait_until_applied(running.check)
    return mirrored(running, refresh(running.context, running.portal))


def judge(running: Stack, ours: Mirrored, outcome: Outcome, environment: Path) -> None:
    """Let the peer read, and compare each of its streams. An unexpected stream is a failure, as is
    an expected one that never came."""
    began, read = time.monotonic(), defaultdict[str, list[tuple[str, Record]]](list)
    folder = running.logs / f"peer-{began:.0f}"
    folder.mkdir()
    place = Place(running.hubspot.url, running.environment["HUBSPOT_ACCESS_TOKEN"], folder)
    try:
        with console.status(f"{outcome.peer.name} reads …"):
            for stream, key, record in outcome.peer.load(environment, place):
                read[stream].append((key, record))
    except Failed as error:
        outcome.failed = str(error)
        return
    outcome.seconds = time.monotonic() - began
    for wanted in outcome.peer.streams:
        compare(outcome.tally, wanted, ours.get(wanted.object_type, {}), read.pop(wanted.name, []))
    if read:
        outcome.failed = f"streams that nothing is compared with: {', '.join(sorted(read))}"


def _word(outcome: Outcome) -> str:
    if outcome.tally.different:
        return "differs"
    if outcome.absent:
        return "not installed"
    return "failed" if outcome.failed else "ok"


def show(outcomes: list[Outcome]) -> None:
    table = Table("peer", "streams", "records", "values", "different", "took", "")
    for one in outcomes:
        tally = one.tally
        figures = [tally.streams, tally.records, tally.values, len(tally.different)]
        shown = [f"{each:,}" for each in figures]
        table.add_row(one.peer.name, *shown, f"{one.seconds:.0f} s", _word(one))
    console.print(table)
    for one in outcomes:
        for words in (one.absent, one.failed, *one.tally.different[:SHOWN]):
            if words:
                console.print(f"{one.peer.name}: {words}", markup=False, highlight=False)
        if one.peer.not_served:
            listed = ", ".join(one.peer.not_served)
            console.print(f"{one.peer.name}, not served: {listed}", style="dim", markup=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
