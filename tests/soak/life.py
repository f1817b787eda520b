"""Random edits, faults and crashes, and after quiet the copy equals HubSpot.

Without lost deliveries webhooks alone must bring everything but what HubSpot never tells of:
calculated properties and labels that users defined. Where one of these happened the copy may
differ, and what runs every night must heal it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import jobs
from hubspot.objects import OBJECT_TYPES
from hubspot.polled import FAMILIES
from operations.replay import replay
from tests.soak import checks, polled
from tests.soak.mirror import Mirror
from tests.soak.portals import GUESTS, POPULATION, Pair
from tests.soak.stage import Stage

PRIMARY = {"contacts": 1, "deals": 5}  # type ids of the primary company
MAX_SLOW = 3
SILENT = {kind.name for kind in OBJECT_TYPES.values() if not kind.tells}
RESTLESS = 20  # steps after a rest in which there is no other


class Life:
    """Two portals and their copy. The public methods are the steps; see tests/soak/steps.py."""

    def __init__(
        self, stage: Stage, pair: Pair, mirror: Mirror, heard: bool, guests: Sequence[str] = ()
    ) -> None:
        """Begin with webhooks that told of every record since it was born, or with a backfill of
        the records that were there before. `guests` are types beside those of every life."""
        self.stage, self.pair, self.mirror = stage, pair, mirror
        self.purged: set[tuple[int, str]] = set()
        self.untold: set[int] = set()  # places where something happened that HubSpot tells no app
        self.labels: dict[int, int] = {}  # place → type id of a label that users defined
        self.lost = [0, 0]  # deliveries of each place until the last rest
        self.refused, self.steps_since_rest = False, 0
        self.guests, self.came_back = guests, set[str]()
        self.polls = False  # whether this life looks at what no webhook tells of
        self.pair.calm()
        for place, portal_id in enumerate(pair.portal_ids):
            pair.populate(place, heard, guests)
            if not heard:
                mirror.run(jobs.BACKFILL, portal_id, self._names())
            elif self._silent():
                mirror.look_for_types()
        self.rows = checks.versions(mirror, guests)

    # -- what people do in HubSpot

    def edit(
        self, place: int, names: list[str], kinds: list[str], count: int, seed: int
    ) -> dict[str, Any]:
        """Answer the edits that the simulator tells of."""
        names = list(dict.fromkeys(self._named(each) for each in names))
        self.untold |= {place} if {*names} & self._silent() else set()
        types = [self.pair.named(place, each) for each in names]
        done = self.pair.ask("edits", place, types=types, kinds=kinds, count=count, seed=seed)
        self.stage.tally.update(done["by_kind"] | {"both portals": place})
        return done

    def purge(self, place: int, name: str, seed: int) -> None:
        """Purge a contact: only contacts have an event for it. A contact that was merged into it is
        the same person."""
        name, before = self._named(name), self.pair.truth(place, "contacts")
        done = self.edit(place, [name], ["purge"], 1, seed)
        if name == "contacts" and "purge" in done["by_kind"]:
            hubspot_id = done["records"][0][1]
            ids = {hubspot_id, *checks.former(before[hubspot_id])}
            self.purged |= {(self.pair.portal_ids[place], each) for each in ids}

    def calculate(self, place: int, name: str, seed: int) -> None:
        self.edit(place, [name], ["calculate"], 1, seed)
        self.untold.add(place)

    def make_primary(self, place: int, name: str, start: int, end: int) -> None:
        kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": PRIMARY[name]}
        self._link(place, name, start, end, kind)

    def label(self, place: int, start: int, end: int) -> None:
        if place not in self.labels:
            path = "/crm/associations/2026-09/contacts/companies/labels"
            made = self.pair.call(place, "POST", path, {"name": "advises", "label": "Advises"})
            self.labels[place] = made["results"][0]["typeId"]
        kind = {"associationCategory": "USER_DEFINED", "associationTypeId": self.labels[place]}
        self._link(place, "contacts", start, end, kind)
        self.untold.add(place)

    def tour(self, place: int, name: str, seed: int) -> None:
        """Have a record of a type land, change, go and come back."""
        for kind in ("create", "update", "archive", "restore"):
            self.edit(place, [name], [kind], 1, seed)
            self.work(place, name, "hear", "plainly", 0)
            self.work(place, name, "fetch", "plainly", 0)
        self.came_back |= {self._named(name)} & {*self.guests}

    def pair_up(self, place: int, name: str, other: int, start: int, end: int) -> None:
        """Link two records of types whose links have no column: the pair is learnt."""
        own = self._named(name)
        kind = OBJECT_TYPES.get(own)
        known = [each for each in (kind.possible if kind else ()) if each in self._names()]
        if not known or not kind:
            return
        to = known[other % len(known)]
        starts, ends = self._shown(place, own), self._shown(place, to)
        if starts and ends:
            ids = starts[start % len(starts)], ends[end % len(ends)]
            path = f"/crm/v4/objects/{own}/{ids[0]}/associations/default/{to}/{ids[1]}"
            self.pair.call(place, "PUT", path)
            self.untold |= {place} if {own, to} & self._silent() else set()
            self.stage.tally["learnt pairs"] += 1

    def change_unheard(self, place: int, family: str, seed: int) -> None:
        """Change what no webhook tells of."""
        contacts = self._shown(place, "contacts")
        if contacts:
            act = polled.change(self.pair, place, FAMILIES[family], seed, contacts)
            self.polls = True
            self.stage.tally[f"{family} {act}"] += 1

    # -- what HubSpot does

    def behave(self, tells: bool, follows: bool, form: str) -> None:
        """Switch what HubSpot does not document, so that it may be either way."""
        self.pair.simulator.control(
            "settings",
            removals_tell_associations=tells,
            batch_read_follows_merges=follows,
            webhooks=form,
        )
        self.stage.tally.update(
            {"removals tell nobody": not tells, "old ids are followed": follows}
        )

    def deliver_badly(self, duplicates: float, disorder: float, lost_answers: float) -> None:
        faults = {"duplicates": duplicates, "disorder": disorder, "lost_answers": lost_answers}
        self.pair.simulator.control("faults", webhooks=faults | {"disorder_ms": 40})
        self.stage.tally.update(name.replace("_", " ") for name, share in faults.items() if share)

    def drop(self, dropped: float) -> None:
        self.pair.simulator.control("faults", webhooks={"dropped": dropped})

    def fail(self, place: int, name: str, fault: str, times: int, link: bool, seed: int) -> None:
        """Have a fetch meet a fault. Nothing else does: a scan would sit out half a minute."""
        self._change(place, name, link, seed)
        self.work(place, name, "hear", "plainly", 0)
        what, _, status = fault.partition(" ")
        kinds = ["associations_read" if link else "batch_read"]
        self.pair.fail(
            {"fault": what, "times": times, "kinds": kinds, "ms": 1, "status": int(status or 503)}
        )
        self.work(place, name, "fetch", "plainly", 0)
        self.pair.fail()
        self.refused |= status == "400"

    # -- what happens at the worst moment

    def die(self, place: int, name: str, what: str, moment: str, seed: int) -> None:
        """Half way through a hand-over."""
        self._change(place, name, False, seed)
        if what == "fetch":
            self.work(place, name, "hear", "plainly", 0)
        self.work(place, name, what, "killed", moment)

    def overtake(self, place: int, name: str, link: bool, seed: int) -> None:
        """Change the same record again after HubSpot answered and before the answer arrives."""
        self._change(place, name, link, seed)
        self.work(place, name, "hear", "plainly", 0)
        self.work(place, name, "fetch", "slowly", 0)
        self._change(place, name, link, seed)
        self.work(place, name, "hear", "plainly", 0)
        self.answers_arrive()

    # -- what our workers do

    def work(self, place: int, name: str, what: str, how: str, moment: int | str) -> None:
        match what:
            case "hear":
                self.pair.quiet()
                self._work(how, moment, jobs.INGEST)
            case "ingest":
                self._work(how, moment, jobs.INGEST)
            case "fetch":
                own = self._named(name)
                self._work(how, moment, jobs.FETCH, self.pair.portal_ids[place], own)
            case "all that is queued":
                self.mirror.work_off()

    def scan(self, place: int, job: str, how: str, moment: int | str) -> None:
        portal_id = self.pair.portal_ids[place]
        args = {jobs.BACKFILL: (portal_id, self._names()), jobs.NIGHTLY: (portal_id,)}
        self._work(how, moment, job, *args.get(job, ()))

    def answers_arrive(self) -> None:
        self.mirror.go_on()

    def pass_time(self, seconds: int, loses_jobs: bool) -> None:
        """RQ may lose all its jobs; the clock rings."""
        self.mirror.pass_time(timedelta(seconds=seconds))
        if loses_jobs:
            self.stage.tally["lost jobs"] += self.mirror.lose_jobs()
        self.mirror.run(jobs.WAKE_WAITING)

    def rest(self) -> None:
        if self.steps_since_rest >= RESTLESS:
            self.end()

    # -- after quiet

    def end(self) -> None:
        tally, self.steps_since_rest = self.stage.tally, 0
        self.mirror.settle()
        if self.refused and (replayed := replay(self.mirror.context)):
            tally["replayed"] += replayed
            self.mirror.settle()
        for place in (0, 1):
            lost = self.pair.lost(place)
            may_differ = place in self.untold or lost > self.lost[place]
            tally["rests after lost deliveries"] += lost > self.lost[place]
            found = checks.differences(self.mirror, place, self._names(), heal=may_differ)
            assert may_differ or not found, (
                f"portal {place} differs although every change was told: {found}"
            )
            if found:
                self._heal(place, found)
            self.lost[place] = lost
        self.untold.clear()
        heard = {each for each in self.purged if not self.lost[self.pair.portal_ids.index(each[0])]}
        tally["chained merges"] += checks.assert_whole(self.mirror, heard, self.guests)
        tally.update(f"{each} came back equal" for each in self.came_back)
        self.came_back.clear()
        self._poll()
        tally.update(self.pair.struck)
        self.pair.struck.clear()
        self.look()

    def _poll(self) -> None:
        """Hold that what no webhook tells of is equal, a week after it changed."""
        if not self.polls:
            return
        self.mirror.poll_everything()
        for place in (0, 1):
            left = polled.differences(self.mirror, place, self.purged)
            assert not left, f"polled families of portal {place} differ: {left}"
        self.stage.tally["polled families equal"] += 1
        self.polls = False

    def look(self) -> None:
        """Hold what must hold after every step."""
        rows = checks.versions(self.mirror, self.guests)
        checks.assert_none_older(self.rows, rows)
        self.rows = rows
        self.steps_since_rest += 1

    def _heal(self, place: int, found: dict[str, Any]) -> None:
        """Fetch again what was found to differ, as every night does."""
        self.stage.tally["nightly healing"] += 1
        self.mirror.settle()
        left = checks.differences(self.mirror, place, self._names())
        assert not left, f"portal {place} was not healed: {left}, before: {found}"

    # -- the parts of steps

    def _named(self, name: str) -> str:
        """Answer the type that a step names: a guest by its place, or another where there is
        none."""
        known = self.guests or sorted(POPULATION)
        return known[int(name[-1]) % len(known)] if name in GUESTS else name

    def _names(self) -> list[str]:
        return [*POPULATION, *self.guests]

    def _silent(self) -> set[str]:
        """Answer the guests of which HubSpot sends no webhooks."""
        return {each for each in self.guests if each in SILENT}

    def _change(self, place: int, name: str, link: bool, seed: int) -> None:
        """Choose a record by number: the same seed chooses the same one."""
        self.edit(place, [name], ["associate" if link else "update"], 1, seed)

    def _link(self, place: int, name: str, start: int, end: int, kind: dict[str, Any]) -> None:
        """Link a record to a company, both chosen by number among the records that show."""
        starts, ends = (self._shown(place, each) for each in (name, "companies"))
        if starts and ends:
            pair = {
                "from": {"id": starts[start % len(starts)]},
                "to": {"id": ends[end % len(ends)]},
                "types": [kind],
            }
            path = f"/crm/associations/2026-09/{name}/companies/batch/create"
            self.pair.call(place, "POST", path, {"inputs": [pair]})

    def _shown(self, place: int, name: str) -> list[str]:
        return sorted(
            each for each, record in self.pair.truth(place, name).items() if not record["archived"]
        )

    def _work(self, how: str, moment: int | str, job: str, *args: Any) -> None:
        where = moment if isinstance(moment, str) else "anywhere"
        match how:
            case "plainly":
                self.mirror.run(job, *args)
            case "slowly":
                if len(self.mirror.slow) < MAX_SLOW:
                    self.mirror.run_slowly(job, *args)
            case "killed":
                self.stage.tally[f"killed {where}"] += self.mirror.run_killed(moment, job, *args)
            case "disconnected":
                self.stage.tally["disconnected"] += self.mirror.run_disconnected(moment, job, *args)
            case "together":
                self.mirror.run_beside_itself(3, job, *args)
        self.stage.tally[how] += 1
