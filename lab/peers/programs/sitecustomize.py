"""Send what a peer asks of HubSpot to the simulated portal instead.

Python runs this by itself at the start of each peer's process, because its folder is in PYTHONPATH.
The peers have HubSpot's address in their code, and all of them ask through `requests`."""

import os
from urllib.parse import urlsplit

import requests

_HUBSPOT = "api.hubapi.com"
_PORTAL = urlsplit(os.environ["SPOKE_PEER_HUBSPOT"])
_send = requests.Session.send


def send(session, request, **more):
    asked = urlsplit(request.url)
    if asked.hostname == _HUBSPOT:
        request.url = asked._replace(scheme=_PORTAL.scheme, netloc=_PORTAL.netloc).geturl()
    return _send(session, request, **more)


requests.Session.send = send
