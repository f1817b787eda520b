"""One call: dialled to or from a contact's number as the phone system writes it, which is rarely as
the contact did."""

from random import Random

from ..wire import iso
from .chance import often, pick
from .phones import FRAGMENTS, e164, number, written
from .scene import Scene
from .words import CALL_NOTES

_CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
_NO_ANSWER = "73a0d17f-1163-4015-bdd5-ec830791da20"
_OUTCOMES = (
    _CONNECTED,
    _CONNECTED,
    _NO_ANSWER,
    _NO_ANSWER,
    "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff",
    "17b47fee-58de-441e-a44c-c6300d46f273",
)
_SOURCES = ("INTEGRATIONS_PLATFORM", "INTEGRATIONS_PLATFORM", "SOFTPHONE", "MOBILE_APP")
_PURPOSES = ("DISCOVERY", "DEMO", "CLOSING", "FOLLOW_UP")


def call(rng: Random, scene: Scene, created_ms: int) -> dict[str, str]:
    """Make a call. A tenth goes to numbers of no contact; in a portal without contacts all do."""
    dialled = number(rng)
    if scene.phones and rng.random() < 0.9:
        scene.dialled[scene.subject], dialled = pick(rng, scene.phones)
    outbound, outcome = rng.random() < 0.8, often(rng, _OUTCOMES)
    theirs = e164(dialled) if rng.random() < 0.6 else written(rng, dialled)
    if rng.random() < 0.01:
        theirs = pick(rng, FRAGMENTS)
    ours = e164(pick(rng, scene.lines))
    called, calling, direction = theirs, ours, "OUTBOUND"
    if not outbound:
        called, calling, direction = ours, theirs, "INBOUND"
    values = {
        "hs_timestamp": iso(created_ms - int(rng.random() * 600_000)),
        "hs_call_direction": direction,
        "hs_call_to_number": called,
        "hs_call_from_number": calling,
        "hs_call_duration": str(duration_ms(rng, outcome)),
        "hs_call_status": "COMPLETED" if outcome == _CONNECTED else "NO_ANSWER",
        "hs_call_source": pick(rng, _SOURCES),
        "hs_call_external_id": f"pbx-{rng.getrandbits(48):012x}",
    }
    return values | remarks(rng, scene, outcome)


def duration_ms(rng: Random, outcome: str) -> int:
    """Choose a length. A quarter of the connected calls last five minutes and more; the others ring
    for a while or not at all."""
    if outcome == _CONNECTED:
        return int(rng.random() ** 2 * 1_200_000)
    if rng.random() < 0.4:
        return 0
    return int(rng.random() * 30_000)


def remarks(rng: Random, scene: Scene, outcome: str) -> dict[str, str]:
    values = {}
    if rng.random() < 0.93:
        values["hs_call_disposition"] = outcome
    if rng.random() < 0.95:
        values["hubspot_owner_id"] = often(rng, scene.owner_ids)
    if rng.random() < 0.5:
        values["hs_call_title"] = "Call with prospect"
    if rng.random() < 0.3:
        values["hs_call_body"] = pick(rng, CALL_NOTES)
    if rng.random() < 0.25:
        values["hs_activity_type"] = pick(rng, _PURPOSES)
    return values
