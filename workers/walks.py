"""Choose the stretch of ids to read next. A backfill's types share a few threads, and none idles
while another has a long way to go.

Each type begins as one stretch, from the first id to the end. A thread without work cuts the
longest stretch in two. Ids are cut in the middle, at any density: an empty half costs one request,
and cutting again finds the rest. Where HubSpot's cursors are no ids, a list cannot be begun in its
middle: such a type is one walk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from db.scans import Scan, Stretch
from hubspot.catalogue import BUILT_IN, Catalogue
from hubspot.client import LINK_BATCH
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.paging import Trail

# records that a stretch must still promise; of fewer, links cost more than a thread saves
WORTH_CUTTING = 1_500


@dataclass
class Walk:
    """Hold one type's scan under way."""

    kind: ObjectType
    scan: Scan
    open: list[Stretch]
    busy: dict[int, Stretch] = field(default_factory=dict)  # by start: what a thread reads now
    closing: set[int] = field(default_factory=set)  # starts of stretches being committed
    newest: int = 0  # the highest id that search knows: the end of the last stretch, for cutting it
    total: int = 0  # how many records search counts; 0 until it was asked
    seen: int = 0  # of which so many were read
    failure: str | None = None
    waits: str | None = None  # why it cannot go on now
    stopped: bool = False
    trail: Trail | None = None  # where it goes on, while HubSpot's cursors are no ids: never cut
    # of the portal: whose records these may be linked to
    types: Catalogue = field(default_factory=lambda: BUILT_IN)
    found: set[str] = field(default_factory=set)  # types of which its records show unknown links
    # the one association type to each type of which lists show all links (workers.inline_links)
    inline: dict[str, JsonObject] = field(default_factory=dict)

    @property
    def of(self) -> Mirrored:
        """Answer what this walk reads: a type of a portal."""
        return Mirrored(self.scan.portal_id, self.kind)

    @property
    def chunk_size(self) -> int:
        """Answer how many records are read and stored at a time: a batch of links at most."""
        return min(LINK_BATCH, self.scan.page_size * self.scan.checkpoint_pages)

    @property
    def linked(self) -> tuple[str, ...]:
        """Name the types whose links are read with the records."""
        return (*self.kind.associations, *sorted(self.found))

    @property
    def finished(self) -> bool:
        return not (self.open or self.busy or self.stopped)

    def end(self, stretch: Stretch) -> int:
        if stretch.until is None:
            return self.newest
        return stretch.until

    def promise(self, stretch: Stretch) -> float:
        """Answer about how many records a stretch has still to give: its share of all that are
        left, by its ids.

        The density of the ids already read does not count. HubSpot's ids begin in the billions, and
        the gap before the first would make the rest look empty.
        """
        left = sum(self._ids(each) for each in (*self.open, *self.busy.values()))
        if left:
            return (self.total - self.seen) * self._ids(stretch) / left
        return 0.0

    def _ids(self, stretch: Stretch) -> int:
        return max(0, self.end(stretch) - stretch.after)

    def stop(self) -> None:
        self.stopped = True
        self.open.clear()


class Walks:
    """Share the walks of one backfill among its threads."""

    def __init__(
        self, walks: Sequence[Walk], note: Callable[[Walk, Stretch, Stretch], None]
    ) -> None:
        """Begin with these walks. `note` records the two halves of a stretch that is cut, before
        either is read on. A resumed run would skip ids that stand in neither half."""
        self._walks, self._note = walks, note
        self._changed = threading.Condition()

    def take(self) -> tuple[Walk, Stretch] | None:
        """Take a stretch to read on. Waits while all that is left is being read and too short to
        share; answers None at the end."""
        with self._changed:
            while any(walk.open or walk.busy for walk in self._walks):
                if taken := self._free() or self._cut():
                    return taken
                self._changed.wait()
            return None

    def reached(self, walk: Walk, stretch: Stretch) -> Stretch:
        """Answer the stretch as it is now: its end may have been cut off while it was read. From
        here on it is not cut."""
        with self._changed:
            current = walk.busy[stretch.start]
            walk.closing.add(stretch.start)
            return current

    def give_back(self, walk: Walk, stretch: Stretch, records: int, go_on: bool) -> bool:
        """Give back a stretch after a chunk of it is committed. `go_on` is false when an operator
        paused or cancelled the scan. Answers whether that was the last of its type."""
        with self._changed:
            self._release(walk, stretch)
            walk.seen += records
            if not stretch.done:
                walk.open.append(stretch)
            if not go_on:
                walk.stop()
            return walk.finished

    def fail(self, walk: Walk, stretch: Stretch, reason: str) -> None:
        """Fail a type because a stretch of it cannot be read; the others go on."""
        with self._changed:
            self._release(walk, stretch)
            walk.failure = walk.failure or reason
            walk.stop()

    def put_off(self, walk: Walk, stretch: Stretch, reason: str) -> None:
        """Put off a type because a stretch of it cannot be read now; it goes on another time."""
        with self._changed:
            self._release(walk, stretch)
            walk.waits = reason
            walk.stop()

    def leave(self, walk: Walk, stretch: Stretch) -> None:
        """Stop reading a stretch here: it stays open, as it is now."""
        with self._changed:
            if not walk.stopped:
                walk.open.append(walk.busy[stretch.start])
            self._release(walk, stretch)

    def _release(self, walk: Walk, stretch: Stretch) -> None:
        walk.busy.pop(stretch.start, None)  # a finish that failed had given it back before
        walk.closing.discard(stretch.start)
        self._changed.notify_all()

    def _free(self) -> tuple[Walk, Stretch] | None:
        """Take an open stretch of the type that fewest threads read, so that all types advance."""
        waiting = [walk for walk in self._walks if walk.open]
        if not waiting:
            return None
        walk = min(waiting, key=lambda each: len(each.busy))
        stretch = walk.open.pop(0)
        walk.busy[stretch.start] = stretch
        return walk, stretch

    def _cut(self) -> tuple[Walk, Stretch] | None:
        """Cut the stretch that promises most, and take its upper half."""
        candidates = [
            (walk.promise(stretch), walk, stretch)
            for walk in self._walks
            for stretch in walk.busy.values()
            if not (walk.stopped or walk.trail) and stretch.start not in walk.closing
        ]
        promise, walk, longest = max(
            candidates, key=lambda each: each[0], default=(0.0, None, None)
        )
        if walk is None or longest is None or promise < WORTH_CUTTING:
            return None
        middle = (longest.after + walk.end(longest)) // 2
        lower, upper = replace(longest, until=middle), Stretch(middle, middle, longest.until)
        self._note(walk, lower, upper)
        walk.busy |= {lower.start: lower, upper.start: upper}
        return walk, upper
