"""The comparison of `make peers`: every value is looked at from both sides, and none that differs
passes as equal."""

from pathlib import Path

import pytest

from lab.peers import airbyte, environments, loads, singer
from lab.peers.compare import Record, Stream, Tally, compare, flat, same
from lab.peers.environments import NotInstalled

AT = "2026-11-01T08:00:00.250Z"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("a", "a"), ("8593.09", 8593.09), ("9050000011", 9050000011.0), ("12", 12),
        ("true", True), ("false", False), ("", None), (None, ""), (None, None),
        (AT, "2026-11-01T08:00:00.250000+00:00"), (AT, "2026-11-01T08:00:00.250000Z"),
        ("1793520000250", AT), (4, 4), (True, True),
    ],
)  # fmt: skip
def test_a_value_in_another_type_is_the_same(ours, theirs):
    assert same(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("a", "b"), ("a", "A"), ("12", 12.5), ("12", None), (None, 0), (None, False), ("0", ""),
        ("true", False), ("yes", True), (AT, "2026-11-01T08:00:00.251Z"), ("soon", "later"),
        ("x", 1), (AT, "2026-11-01T09:00:00.250+00:00"),
    ],
)  # fmt: skip
def test_another_value_is_not(ours, theirs):
    assert not same(ours, theirs)


OURS = {
    "1": Record({"name": "A", "size": "2", "gone": ""}, {"deals": {"7"}}),
    "2": Record({"name": "B"}, {"deals": set()}),
    "3": Record({"name": "C"}, archived=True),
}
THEIRS = [
    ("1", Record({"name": "A", "size": 2.0}, {"deals": {"7"}})),
    ("2", Record({"name": "B", "size": None})),
]


def compared(theirs, **more):
    tally = Tally()
    compare(tally, Stream("things", "things", ("deals", "quotes"), **more), OURS, theirs)
    return tally


def test_equal_records_are_counted_value_by_value():
    tally = compared(THEIRS)

    assert (tally.streams, tally.records, tally.values, tally.different) == (1, 2, 10, [])


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (THEIRS[:1], "things 2 itself: Spoke has True, the peer False"),
        ([*THEIRS, ("9", Record({}))], "things 9 itself: Spoke has False, the peer True"),
        ([*THEIRS, ("3", OURS["3"])], "things 3 itself: Spoke has False, the peer True"),
        ([*THEIRS, THEIRS[1]], "things 2 once: Spoke has 1, the peer 2"),
        ([("1", Record({"name": "A"}, {"deals": {"7"}})), THEIRS[1]],
         "things 1 size: Spoke has '2', the peer None"),
        ([("1", Record({"name": "A", "size": 2, "new": "x"}, {"deals": {"7"}})), THEIRS[1]],
         "things 1 new: Spoke has None, the peer 'x'"),
        ([("1", Record({"name": "A", "size": 2})), THEIRS[1]],
         "things 1 → deals: Spoke has ['7'], the peer []"),
    ],
)  # fmt: skip
def test_whatever_only_one_side_has_is_a_difference(theirs, said):
    assert compared(theirs).different == [said]


def test_a_partial_stream_and_archived_records_are_compared_for_what_they_hold():
    assert compared([("1", Record({"name": "A"}, {"deals": {"7"}})), THEIRS[1]], partial=True
                    ).different == []  # fmt: skip
    assert compared([("3", Record({"name": "C"}))], archived=True).different == []
    assert len(compared([], archived=None).different) == 3


def test_a_false_for_an_unset_value_passes_only_where_the_stream_says_so():
    theirs = [THEIRS[0], ("2", Record({"name": "B", "size": False}))]
    assert compared(theirs, unset_is_false=True).different == []
    assert compared(theirs).different == ["things 2 size: Spoke has None, the peer False"]


def test_nested_json_becomes_dotted_names_by_the_ids_of_its_parts():
    stages = [{"id": "a", "label": "A", "metadata": {"isClosed": "true"}}]
    assert flat({"id": "p", "stages": stages, "tags": ["x"]}) == {
        "id": "p",
        "stages.a.id": "a",
        "stages.a.label": "A",
        "stages.a.metadata.isClosed": "true",
        "tags.0": "x",
    }


def test_airbytes_histories_become_the_newest_values():
    versions = [(1, "old"), (3, "new"), (2, "older")]
    data = [
        {"vid": 5, "property": "phone", "timestamp": at, "value": value} for at, value in versions
    ]
    lines = [
        {"type": "RECORD", "record": {"stream": "contacts_property_history", "data": one}}
        for one in data
    ]

    assert list(airbyte.read(iter(lines), "")) == [
        ("contacts_property_history", "5", Record({"phone": "new"}))
    ]


def test_the_links_that_singer_tells_one_by_one_are_those_of_every_company_asked():
    pair = {"company-id": 1, "contact-id": 8}
    lines = [
        {"type": "ASKED", "ids": ["1", "2"]},
        {"type": "RECORD", "stream": "contacts_by_company", "record": pair},
    ]

    assert list(singer.read(iter(lines), loads.links_of)) == [
        ("contacts_by_company", "1", Record({}, {"contacts": {"8"}})),
        ("contacts_by_company", "2", Record({}, {"contacts": set()})),
    ]


def test_a_peer_that_cannot_be_had_says_why(tmp_path, monkeypatch):
    monkeypatch.delenv(loads.DLT_CHECKOUT, raising=False)
    with pytest.raises(NotInstalled, match="name a checkout in SPOKE_PEERS_DLT"):
        loads.install_dlt()
    monkeypatch.setenv(loads.DLT_CHECKOUT, str(tmp_path))
    with pytest.raises(NotInstalled, match="has no folder sources/hubspot"):
        loads.install_dlt()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="no Node"):
        environments.node_environment("node", "anything")


def test_a_peers_program_that_fails_is_a_failure_with_its_last_words(tmp_path):
    place = loads.Place("http://127.0.0.1:1", "token", Path(tmp_path))
    program = loads.Program(["sh", "-c", "echo '{}'; echo no token >&2; exit 3"])

    with pytest.raises(loads.Failed, match="ended with 3: no token"):
        list(program.lines(place))


@pytest.mark.parametrize("peer", loads.PEERS, ids=lambda peer: peer.name)
def test_every_stream_is_named_once_and_is_served_or_not(peer):
    names = [stream.name for stream in peer.streams]
    assert len(set(names)) == len(names) and not set(names) & set(peer.not_served)
