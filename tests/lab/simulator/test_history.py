"""propertiesWithHistory: every version of a property, newest first, as the events told of them."""

READ = "/crm/objects/2026-09/deals/batch/read"


def history(simulator, deal_id, name="dealstage"):
    body = {"inputs": [{"id": deal_id}], "propertiesWithHistory": [name]}
    [record] = simulator.post(READ, body)["results"]
    return record["propertiesWithHistory"][name]


def change(simulator, deal_id, amount):
    body = {"inputs": [{"id": deal_id, "properties": {"amount": amount}}]}
    simulator.post("/crm/objects/2026-09/deals/batch/update", body)


def values(found):
    return [version["value"] for version in found]


def test_every_version_is_there_newest_first(simulator):
    deal_id = simulator.create("deals", dealname="A", amount="1")
    created = history(simulator, deal_id, "amount")
    for amount in ("2", "3", ""):
        change(simulator, deal_id, amount)
    found = history(simulator, deal_id, "amount")
    assert values(found) == ["", "3", "2", "1"]
    assert found[3:] == created
    times = [version["timestamp"] for version in found]
    assert len(set(times)) == 4 and times == sorted(times, reverse=True)
    assert found[0].keys() == {"value", "timestamp", "sourceType", "sourceId"}


def test_lists_and_single_records_show_the_same_history(simulator):
    deal_id = simulator.create("deals", dealname="A", amount="1")
    change(simulator, deal_id, "2")
    expected = {name: history(simulator, deal_id, name) for name in ("amount", "dealname")}
    wanted = {"propertiesWithHistory": "amount,dealname,unicorn", "properties": "amount"}
    deals = "/crm/v3/objects/deals"

    alone = simulator.get(f"{deals}/{deal_id}", **wanted)
    page = simulator.get(deals, after=str(int(deal_id) - 1), limit=50, **wanted)

    assert alone["propertiesWithHistory"] == expected
    assert page["results"][0] == alone
    assert alone["properties"]["amount"] == "2" and "dealname" not in alone["properties"]
    too_many = simulator.api("GET", deals, params=wanted | {"limit": 51})
    assert too_many.status_code == 400, "with histories a page has fifty records"


def test_what_was_never_set_has_none_and_unknown_properties_are_ignored(simulator):
    deal_id = simulator.create("deals", dealname="A")
    body = {"inputs": [{"id": deal_id}], "propertiesWithHistory": ["amount", "no_such_property"]}
    assert simulator.post(READ, body)["results"][0]["propertiesWithHistory"] == {"amount": []}


def test_fifty_inputs_and_no_more(simulator):
    inputs = [{"id": "101"}] * 51
    body = {"inputs": inputs, "propertiesWithHistory": ["amount"]}
    assert "50" in simulator.post(READ, body, 400)["message"]
    simulator.post(READ, body | {"inputs": inputs[:50]})


def test_a_survivor_has_the_primarys_history_and_what_it_took(simulator):
    primary = simulator.create("deals", dealname="A", amount="1")
    other = simulator.create("deals", dealname="B", amount="9", cancellation_reason="none")
    change(simulator, primary, "2")
    body = {"primaryObjectId": primary, "objectIdToMerge": other}
    survivor = simulator.post("/crm/objects/2026-09/deals/merge", body)["id"]
    assert values(history(simulator, survivor, "amount")) == ["2", "1"]
    [own] = history(simulator, survivor, "hs_object_id")
    assert own["value"] == survivor, "an id is never the primary's"
    [taken] = history(simulator, survivor, "cancellation_reason")
    assert (taken["value"], taken["sourceType"]) == ("none", "MERGE_OBJECTS")
