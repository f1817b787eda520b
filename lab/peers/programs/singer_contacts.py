"""Run singer's tap-hubspot for its stream of contacts alone, which it prints."""

import os

import tap_hubspot as tap
from singer_tap import select


def main():
    tap.CONFIG.update(
        api_key=os.environ["SPOKE_PEER_TOKEN"],
        start_date="2006-01-01T00:00:00Z",
        select_fields_by_default=True,
    )
    tap.STREAMS[:] = [stream for stream in tap.STREAMS if stream.tap_stream_id == "contacts"]
    catalog = tap.discover_schemas()
    for stream in catalog["streams"]:
        select(stream)
    tap.do_sync({}, catalog)


if __name__ == "__main__":
    main()
