"""Run singer's tap-hubspot for its streams of version 3: discovery, then a full sync. Its messages
go to standard output as the tap writes them.

Its other streams ask endpoints that HubSpot retires and the simulator does not serve. The links of
companies are asked in version 3, but only for companies of a retired list: here for all of them."""

import json
import os

import singer
import tap_hubspot as tap

SERVED = ("contacts", "tickets", "owners")
LINKS = tap.CONTACTS_BY_COMPANY


def main():
    tap.CONFIG.update(
        api_key=os.environ["SPOKE_PEER_TOKEN"],
        start_date="2006-01-01T00:00:00Z",
        select_fields_by_default=True,
    )
    streams = {stream.tap_stream_id: stream for stream in tap.STREAMS}
    tap.STREAMS[:] = [streams[name] for name in SERVED]
    tap.do_sync({}, discovered())
    tap.STREAMS[:] = [streams[LINKS]]
    links_of_companies()


def discovered():
    catalog = tap.discover_schemas()
    for stream in catalog["streams"]:
        select(stream)
    return catalog


def select(stream):
    """Select the stream and every field of it: without a word the tap asks for no property."""
    for one in stream["metadata"]:
        one["metadata"]["selected"] = True


def links_of_companies():
    schema, metadata = tap.load_discovered_schema(tap.STREAMS[0])
    stream = {"stream": LINKS, "tap_stream_id": LINKS, "schema": schema, "metadata": metadata}
    select(stream)
    state = singer.set_currently_syncing({}, LINKS)
    url = f"{tap.BASE_URL}/crm/v3/objects/companies"
    query = {"limit": 100}
    pages = tap.gen_request_custom_objects("companies", url, query, "results", "paging")
    ids = [one["id"] for one in pages]
    print(json.dumps({"type": "ASKED", "ids": ids}), flush=True)
    tap._sync_contacts_by_company_batch_read(state, tap.Context({"streams": [stream]}), ids)


if __name__ == "__main__":
    main()
