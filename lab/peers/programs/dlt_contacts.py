"""Copy contacts, with the links that it reads, by dlt's HubSpot source into Postgres: its own
pipeline, as its documentation has it. SPOKE_PEERS_DLT names the checkout."""

import os
import sys

sys.path.insert(0, os.path.join(os.environ["SPOKE_PEERS_DLT"], "sources"))

import dlt

from hubspot import hubspot


def main():
    token = os.environ["SPOKE_PEER_TOKEN"]
    source = hubspot(api_key=token, include_history=False).with_resources("contacts")
    pipeline = dlt.pipeline(
        "spoke_peer",
        pipelines_dir=os.path.join(os.environ["HOME"], "dlt"),
        destination=dlt.destinations.postgres(os.environ["SPOKE_PEER_DATABASE"]),
        dataset_name="dlt_contacts",
    )
    print(pipeline.run(source))


if __name__ == "__main__":
    main()
