"""Read dlt's HubSpot source, whose checkout SPOKE_PEERS_DLT names: one line of JSON for each item
of each resource."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SPOKE_PEERS_DLT"], "sources"))

from hubspot.helpers import _get_property_names_types
from hubspot.settings import ALL_OBJECTS

from hubspot import hubspot


def main():
    token = os.environ["SPOKE_PEER_TOKEN"]
    properties = {name: list(_get_property_names_types(token, name)) for name in ALL_OBJECTS}
    source = hubspot(api_key=token, properties=properties, include_history=True, soft_delete=True)
    for name, resource in source.resources.items():
        if name != "properties":  # labels that a person has to name
            for item in resource:
                print(json.dumps({"stream": name, "record": item}, default=str))


if __name__ == "__main__":
    main()
