"""Read a whole portal with HubSpot's Python client: one line of JSON for each record."""

import json
import os

from hubspot import HubSpot

NAMED = ("contacts", "companies", "deals", "tickets", "line_items", "products")
LINKS = ("contacts", "companies", "deals", "calls")


def main():
    client = HubSpot(access_token=os.environ["SPOKE_PEER_TOKEN"])
    client.config["host"] = os.environ["SPOKE_PEER_HUBSPOT"]
    types = json.loads(os.environ["SPOKE_PEER_TYPES"])
    for name in types:
        names = [one.name for one in client.crm.properties.core_api.get_all(name).results]
        for record in records(client, name, properties=names, associations=list(LINKS)):
            tell(name, record)
        for record in records(client, name, properties=names, archived=True):
            tell(f"{name} archived", record)
    for record in client.crm.deals.get_all(properties_with_history=["dealstage", "amount"]):
        tell("deals with history", record)
    for archived in (False, True):
        for owner in owners(client, archived):
            tell("owners", owner)
    for name in ("deals", "tickets"):
        for pipeline in client.crm.pipelines.pipelines_api.get_all(name).results:
            tell(f"pipelines of {name}", pipeline)


def records(client, name, **wanted):
    if name in NAMED:
        yield from getattr(client.crm, name).get_all(**wanted)
        return
    yield from pages(lambda after: client.crm.objects.basic_api.get_page(
        name, limit=100, after=after, **wanted))  # fmt: skip


def owners(client, archived):
    ask = client.crm.owners.owners_api.get_page
    return pages(lambda after: ask(limit=100, after=after, archived=archived))


def pages(ask):
    after = None
    while True:
        page = ask(after)
        yield from page.results
        if page.paging is None or page.paging.next is None:
            return
        after = page.paging.next.after


def tell(stream, model):
    print(json.dumps({"stream": stream, "record": plain(model)}))


def plain(value):
    """Answer the JSON that a model was made of: names as HubSpot writes them."""
    if hasattr(value, "attribute_map"):
        names = value.attribute_map.items()
        return {key: plain(getattr(value, name)) for name, key in names}
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


if __name__ == "__main__":
    main()
