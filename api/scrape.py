"""GET /metrics: the state of the copy for Prometheus, read when it asks.

Who may ask: METRICS_TOKEN, which sees every portal, or a token with the scope status:read, which
sees its own.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from operations import access_tokens, gauges
from operations.gauges import Reading
from operations.servers import Servers

LEAST_CHARACTERS = 32


def blueprint(servers: Servers) -> Blueprint:
    """Make the route of the metrics."""
    routes = Blueprint("scrape", __name__)

    @routes.get("/metrics")
    def metrics() -> Response:
        portals = _portals(servers, request.headers.get("Authorization", ""))
        if portals is None:
            wanted = {"WWW-Authenticate": "Bearer"}
            return Response("A bearer token is needed.\n", 401, wanted, mimetype="text/plain")
        registry = CollectorRegistry()
        registry.register(_Collector(servers, portals))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return routes


def _portals(servers: Servers, header: str) -> list[int] | None:
    """Answer which portals the sender of this header may see; None for a stranger."""
    kind, _, token = header.partition(" ")
    expected = servers.settings.metrics_token
    if kind.lower() != "bearer":
        return None
    if len(expected) >= LEAST_CHARACTERS and hmac.compare_digest(token.encode(), expected.encode()):
        return [portal.portal_id for portal in servers.portals()]
    caller = access_tokens.caller_of(servers, token)
    if caller and "status:read" in caller.scopes:
        return list(caller.portals)
    return None


class _Collector(Collector):
    def __init__(self, servers: Servers, portals: list[int]) -> None:
        self._servers, self._portals = servers, portals

    def describe(self) -> Iterator[Metric]:
        """Say nothing in advance: asking costs queries."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        for reading in gauges.readings(self._servers, self._portals):
            yield _family(reading)
        for of, spreads in gauges.spreads(self._servers, self._portals):
            found = GaugeHistogramMetricFamily(of.name, of.about, labels=["portal"])
            for each in spreads:
                found.add_metric([str(each.portal_id)], list(each.buckets), each.total)
            yield found


def _family(reading: Reading) -> Metric:
    make = CounterMetricFamily if reading.kind == "counter" else GaugeMetricFamily
    names = list(reading.samples[0][0]) if reading.samples else []
    family = make(reading.name, reading.about, labels=names)
    for labels, value in reading.samples:
        family.add_metric(list(labels.values()), value)
    return family
