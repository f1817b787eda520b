"""The `link` of a page repeats what was asked, so that a client which follows it goes on with the
same properties."""

from urllib.parse import parse_qs, urlsplit

import pytest

CONTACTS = "/crm/v3/objects/contacts"


def followed(simulator, page):
    """Answer the next page, by the link alone."""
    link = urlsplit(page["paging"]["next"]["link"])
    assert (link.scheme, link.netloc) == ("https", "api.hubapi.com")
    return simulator.get(f"{link.path}?{link.query}")


@pytest.mark.parametrize("path", [CONTACTS, "/crm/objects/2026-09/contacts", "/crm/v3/owners/"])
def test_the_link_has_the_path_and_the_query_that_were_asked(simulator, path):
    asked = {"limit": "3", "properties": "phone,email", "archived": "false"}

    page = simulator.get(path, **asked)

    link = urlsplit(page["paging"]["next"]["link"])
    after = [page["paging"]["next"]["after"]]
    assert link.path == path
    assert parse_qs(link.query) == {name: [value] for name, value in asked.items()} | {
        "after": after
    }


def test_following_links_alone_reads_every_record_once_with_its_properties(simulator):
    page, ids = simulator.get(CONTACTS, limit=50, properties=["phone", "company"]), []
    while True:
        ids += [one["id"] for one in page["results"]]
        assert all({"phone", "company"} < one["properties"].keys() for one in page["results"])
        if "paging" not in page:
            break
        page = followed(simulator, page)

    live = [name for name, one in simulator.truth("contacts").items() if not one["archived"]]
    assert ids == sorted(live, key=int)


def test_the_link_of_many_inline_associations_reads_the_rest(simulator):
    contact_id = simulator.create("contacts")
    calls = [one["id"] for one in simulator.get("/crm/v3/objects/calls", limit=100)["results"]] + [
        simulator.create("calls") for _ in range(3)
    ]
    link = [{"from": {"id": contact_id}, "to": {"id": call}} for call in calls]
    path = "/crm/associations/2026-09/contacts/calls/batch/associate/default"
    simulator.post(path, {"inputs": link})

    inline = simulator.get(f"{CONTACTS}/{contact_id}", associations="calls")["associations"]
    rest = followed(simulator, inline["calls"])

    assert [one["id"] for one in inline["calls"]["results"] + rest["results"]] == calls
    assert rest["results"][0] == {"id": calls[100], "type": "contact_to_call"}
    assert "paging" not in rest
