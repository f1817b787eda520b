"""Search: operators, orders, paging and limits."""

import pytest

PATH = "/crm/objects/2026-09/deals/search"


@pytest.fixture(scope="module")
def deals(simulator):
    """Give three deals that only these tests know, by name."""
    values = {
        "alpha": {
            "dealname": "zz Alpha one",
            "amount": "10",
            "closedate": "2026-01-01T00:00:00Z",
            "payment_status": "Active",
        },
        "beta": {
            "dealname": "zz Beta two",
            "amount": "200",
            "closedate": "2026-02-01T00:00:00Z",
            "payment_status": "Paused",
        },
        "gamma": {"dealname": "zz Gamma", "hs_priority": "high"},
    }
    return {simulator.create("deals", **one): name for name, one in values.items()}


def search(simulator, deals, *filters, **more):
    """Answer the names of our deals that match all the filters, in the answer's order."""
    ours = {"propertyName": "dealname", "operator": "CONTAINS_TOKEN", "value": "zz"}
    body = {"filterGroups": [{"filters": [ours, *filters]}], **more}
    return [deals[one["id"]] for one in simulator.post(PATH, body)["results"] if one["id"] in deals]


@pytest.mark.parametrize(
    ("name", "operator", "values", "expected"),
    [
        ("amount", "EQ", {"value": "10.0"}, ["alpha"]),
        ("dealname", "EQ", {"value": "ZZ GAMMA"}, ["gamma"]),
        ("amount", "NEQ", {"value": "10"}, ["beta"]),
        ("amount", "LT", {"value": 100}, ["alpha"]),
        ("amount", "LTE", {"value": "10"}, ["alpha"]),
        ("amount", "GT", {"value": "10"}, ["beta"]),
        ("amount", "GTE", {"value": "10"}, ["alpha", "beta"]),
        ("amount", "BETWEEN", {"value": "9", "highValue": "11"}, ["alpha"]),
        ("closedate", "GTE", {"value": "2026-01-15"}, ["beta"]),
        ("closedate", "LT", {"value": "1768435200000"}, ["alpha"]),
        ("payment_status", "IN", {"values": ["Active", "paused"]}, ["alpha"]),
        ("dealname", "IN", {"values": ["zz alpha one"]}, ["alpha"]),
        ("dealname", "IN", {"values": ["zz Alpha one"]}, []),
        ("payment_status", "NOT_IN", {"values": ["Active"]}, ["beta"]),
        ("amount", "HAS_PROPERTY", {}, ["alpha", "beta"]),
        ("amount", "NOT_HAS_PROPERTY", {}, ["gamma"]),
        ("dealname", "CONTAINS_TOKEN", {"value": "bet*"}, ["beta"]),
        ("dealname", "CONTAINS_TOKEN", {"value": "bet"}, []),
        ("dealname", "NOT_CONTAINS_TOKEN", {"value": "alpha"}, ["beta", "gamma"]),
        ("unicorn", "EQ", {"value": "1"}, []),
        ("lastmodifieddate", "GTE", {"value": "0"}, []),
        (
            "hs_lastmodifieddate",
            "GTE",
            {"value": "2026-11-02T00:00:00Z"},
            ["alpha", "beta", "gamma"],
        ),
        ("hs_lastmodifieddate", "LT", {"value": "2026-11-02T00:00:00Z"}, []),
    ],
)
def test_operators(simulator, deals, name, operator, values, expected):
    assert (
        search(simulator, deals, {"propertyName": name, "operator": operator, **values}) == expected
    )


def test_the_modified_date_can_be_hemmed_in_from_both_sides(simulator):
    truth = simulator.truth("calls")
    moment = truth["9050000110"]["updatedAt"]
    around = {"operator": "BETWEEN", "value": moment, "highValue": moment}

    for one in (around, {"operator": "EQ", "value": moment}):
        filters = [{"propertyName": "hs_lastmodifieddate", **one}]
        answer = simulator.post(
            "/crm/v3/objects/calls/search", {"filterGroups": [{"filters": filters}]}
        )
        assert [one["id"] for one in answer["results"]] == ["9050000110"]

    filters = [{"propertyName": "hs_lastmodifieddate", "operator": "LT", "value": moment}]
    answer = simulator.post(
        "/crm/v3/objects/calls/search", {"filterGroups": [{"filters": filters}]}
    )
    assert answer["total"] == sum(one["updatedAt"] < moment for one in truth.values())


def test_filters_of_a_group_join_and_groups_add_up(simulator, deals):
    groups = [
        {"filters": [{"propertyName": "dealname", "operator": "EQ", "value": value}]}
        for value in ("zz alpha one", "zz gamma")
    ]

    found = simulator.post(PATH, {"filterGroups": groups})

    assert [deals[one["id"]] for one in found["results"]] == ["alpha", "gamma"]
    assert found["total"] == 2


def test_filters_may_stand_without_a_group(simulator, deals):
    wanted = [{"propertyName": "hs_object_id", "operator": "EQ", "value": next(iter(deals))}]
    path = "/crm/v3/objects/deals/search"

    found = simulator.post(path, {"filters": wanted})

    assert found == simulator.post(path, {"filterGroups": [{"filters": wanted}]})
    assert found["total"] == 1


def test_sorts_in_both_directions_with_missing_values_last(simulator, deals):
    descending = {"propertyName": "amount", "direction": "DESCENDING"}

    assert search(simulator, deals, sorts=["amount"]) == ["alpha", "beta", "gamma"]
    assert search(simulator, deals, sorts=[descending]) == ["beta", "alpha", "gamma"]


def test_without_a_sort_the_oldest_comes_first(simulator):
    found = simulator.post(
        "/crm/v3/objects/calls/search", {"limit": 200, "properties": ["hs_createdate"]}
    )["results"]

    dates = [one["createdAt"] for one in found]
    assert dates == sorted(dates)
    assert found[0]["properties"].keys() == {"hs_object_id", "hs_createdate", "hs_lastmodifieddate"}


def test_offsets_page_through_everything_once(simulator):
    ids, after = [], 0
    for _ in range(10):
        page = simulator.post("/crm/v3/objects/contacts/search", {"limit": 50, "after": after})
        ids += [one["id"] for one in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after")
        if after is None:
            break

    assert len(ids) == len(set(ids)) == page["total"]


def test_free_text_looks_into_the_default_properties(simulator, deals):
    found = simulator.post(PATH, {"query": "zz alp"})

    assert [deals.get(one["id"]) for one in found["results"]] == ["alpha"]


def test_archived_records_are_never_found(simulator):
    deal_id = simulator.create("deals", dealname="vanishing")
    wanted = {
        "filterGroups": [
            {"filters": [{"propertyName": "dealname", "operator": "EQ", "value": "vanishing"}]}
        ]
    }
    assert simulator.post(PATH, wanted)["total"] == 1

    simulator.api("DELETE", f"/crm/v3/objects/deals/{deal_id}")

    assert simulator.post(PATH, wanted)["total"] == 0


FILTER = {"propertyName": "amount", "operator": "EQ", "value": "1"}


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 200, "after": 9_801},
        {"limit": 10, "after": "next"},
        {"sorts": ["amount", "dealname"]},
        {"filterGroups": [{"filters": [FILTER]}] * 6},
        {"filterGroups": [{"filters": [FILTER] * 7}]},
        {"filterGroups": [{"filters": [FILTER] * 4}] * 5},
        {"filterGroups": [{"filters": [FILTER | {"operator": "LIKE"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "amount", "operator": "EQ"}]}]},
        {"query": "x" * 3_000},
    ],
)
def test_beyond_hubspots_limits_a_search_is_refused(simulator, body):
    assert simulator.post(PATH, body, 400)["category"] == "VALIDATION_ERROR"


def test_the_ten_thousandth_result_is_the_last_one(simulator):
    assert simulator.post(PATH, {"limit": 200, "after": 9_800})["results"] == []


def test_search_shows_a_change_only_after_the_lag(start):
    wanted = {
        "filterGroups": [
            {"filters": [{"propertyName": "dealname", "operator": "EQ", "value": "fresh"}]}
        ]
    }
    with start() as simulator:
        simulator.control("settings", search_lag_ms=60_000)
        created = simulator.create("deals", dealname="fresh")
        simulator.api(
            "PATCH", "/crm/v3/objects/deals/101", json={"properties": {"dealname": "fresh"}}
        )

        assert (
            simulator.get(f"/crm/v3/objects/deals/{created}")["properties"]["dealname"] == "fresh"
        )
        assert simulator.post(PATH, wanted)["total"] == 0
        old = simulator.post(PATH, {"limit": 1})["results"][0]
        assert (old["id"], old["properties"]["dealname"] != "fresh") == ("101", True)
