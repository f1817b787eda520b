"""`python -m lab.simulator`: one HubSpot on one port, until SIGTERM."""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
from datetime import datetime  # noqa: E402
from random import Random  # noqa: E402
from typing import Any  # noqa: E402

import click  # noqa: E402
import gevent  # noqa: E402
import orjson  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from hubspot.objects import OBJECT_TYPES  # noqa: E402

from .app import create_app  # noqa: E402
from .custom import define, generated  # noqa: E402
from .deliveries import Deliveries  # noqa: E402
from .edits import stream  # noqa: E402
from .events import Writer  # noqa: E402
from .families import generated_families  # noqa: E402
from .generate.population import populate  # noqa: E402
from .generate.scene import owners  # noqa: E402
from .portal import Portal  # noqa: E402
from .settings import Settings  # noqa: E402
from .wire import epoch_ms  # noqa: E402
from .world import Account, World  # noqa: E402

DEFAULTS = Settings()


@click.command(context_settings={"show_default": True})
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=8765, help="Port to listen on; 0 picks a free one.")
@click.option("--seed", default=1, help="The same seed and counts give the same records.")
@click.option("--contacts", default=1_000, help="How many contacts.")
@click.option("--companies", default=250, help="How many companies.")
@click.option("--deals", default=200, help="How many deals; 82 % of them have a contact.")
@click.option(
    "--calls", default=2_000, help="How many calls; a quarter of them is linked to nothing."
)
@click.option(
    "--records", multiple=True, metavar="TYPE=N", help="Records of another type, e.g. tickets=500."
)
@click.option(
    "--custom",
    multiple=True,
    metavar="NAME=N",
    help="A custom object type and its records, e.g. cars=20.",
)
@click.option(
    "--access-token",
    default="simulated-token",
    help="Bearer token; a,b makes two portals with equal ids.",
)
@click.option("--portal-id", default=62_515, help="Id of the first portal; the next ones count up.")
@click.option(
    "--rate-limit",
    default=DEFAULTS.rate_limit,
    help="Requests per rolling 10 s and token; 0 is no limit.",
)
@click.option("--latency-ms", default=0.0, help="How long each API answer takes at least.")
@click.option(
    "--deliver-to",
    default="",
    metavar="URL",
    help="Where webhooks go, and the URL they are signed for.",
)
@click.option(
    "--client-secret", default=DEFAULTS.client_secret, help="Secret that signs the webhooks."
)
@click.option(
    "--webhooks",
    type=click.Choice(["auto", "classic", "generic"]),
    default="auto",
    help=(
        "Form of events; without generic, types that HubSpot gives no classic form (calls) still "
        "get the generic one."
    ),
)
@click.option(
    "--opaque-cursors", is_flag=True, help="Pages go on by tokens that are no ids, as HubSpot may."
)
@click.option(
    "--edits-per-second", default=0.0, help="A stream of random edits, with their webhooks."
)
@click.option(
    "--retry-scale",
    default=DEFAULTS.retry_scale,
    help="Refused deliveries are retried over 24 h times this.",
)
@click.option(
    "--market",
    type=int,
    metavar="SEED",
    help="Two years of a market in which deals are won for known reasons (lab/market); the counts "
    "and --custom do not count then. It ends at --now.",
)
@click.option(
    "--now", default="2026-11-01T00:00:00Z", help="The moment at which the generated history ends."
)
def main(
    host: str,
    port: int,
    seed: int,
    now: str,
    access_token: str,
    portal_id: int,
    market: int | None,
    **more: Any,
) -> None:
    """Run a simulated HubSpot: its CRM API under the same paths, its webhooks, and a control API
    under /simulator.

    Prints one line of JSON when it listens. A portal of 1,000 contacts whose changes arrive at a
    receiver:

    \b
      python -m lab.simulator --contacts 1000 --edits-per-second 5 \\
        --deliver-to http://127.0.0.1:8000/webhooks/hubspot

    GET /simulator/stats tells what was asked and delivered; POST /simulator/edits, /import, /faults
    and /settings change records and behaviour while it runs.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    counts, settings, custom = (
        counts_of(more),
        settings_of(more),
        dict(map(custom_of, more["custom"])),
    )
    world = World(settings, {})
    for place, token in enumerate(access_token.split(",")):
        name = f"{seed}/{place}"
        if market is None:
            portal = new_portal(portal_id + place, name, counts, settings, now, custom)
        else:
            portal = market_portal(portal_id + place, market + place, settings, now)
        world.accounts[token] = Account(portal)
    stores = world.portal(None).stores
    held = {name: len(stores[name].live) for name in counts}
    serve(world, host, port, counts if market is None else held)


def market_portal(portal_id: int, seed: int, settings: Settings, now: str) -> Portal:
    """Make a portal that holds a market."""
    # numpy, which only the truth needs, stays out of every other simulator
    from lab.market import make
    from lab.market.filled import empty_portal, fill

    market = make(seed, now=datetime.fromisoformat(now))
    portal = empty_portal(portal_id, settings, market.owners)
    fill(portal, market)
    return portal


def counts_of(more: dict[str, Any]) -> dict[str, int]:
    """Answer the records by type; raise UsageError for a type that the registry lacks."""
    counts = {name: more[name] for name in ("contacts", "companies", "deals", "calls")}
    for text in more["records"]:
        name, _, count = text.partition("=")
        if name not in OBJECT_TYPES or not count.isdecimal():
            raise click.UsageError(
                f"--records wants TYPE=N with a type among {', '.join(OBJECT_TYPES)}; got {text}"
            )
        counts[name] = int(count)
    return counts


def custom_of(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if not (name.isidentifier() and count.isdecimal()):
        raise click.UsageError(f"--custom wants NAME=N; got {text}")
    return name, int(count)


def settings_of(more: dict[str, Any]) -> Settings:
    return DEFAULTS.changed(
        {name: value for name, value in more.items() if hasattr(DEFAULTS, name)}
    )


def new_portal(
    portal_id: int,
    seed: str,
    counts: dict[str, int],
    settings: Settings,
    now: str,
    custom: dict[str, int],
) -> Portal:
    """Make a filled portal. The collector is off meanwhile and skips its records later: they only
    cost it time."""
    gc.disable()
    writer = Writer(portal_id, OBJECT_TYPES, Random(f"{seed}:events"), settings.webhooks)
    deliveries = Deliveries(settings, Random(f"{seed}:deliveries"))
    portal = Portal(portal_id, writer, deliveries, owners(Random(f"{seed}:owners")))
    writer.types = portal.types
    for name, count in custom.items():
        counts = counts | {define(portal, generated(name, linked=portal.schemas)).name: count}
    populate(portal, counts, seed, epoch_ms(now) or 0)
    portal.families = generated_families(
        {name: store.live for name, store in portal.stores.items()}, epoch_ms(now) or 0
    )
    gc.freeze()
    gc.enable()
    return portal


def serve(world: World, host: str, port: int, counts: dict[str, int]) -> None:
    server = WSGIServer((host, port), create_app(world), log=None)
    server.start()
    # Accepted connections inherit it. Without, every answer waits 40 ms for the acknowledgement of
    # its own headers.
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for account in world.accounts.values():
        gevent.spawn(account.portal.deliveries.run)
        gevent.spawn(stream, account.portal, lambda: world.settings.edits_per_second)
    gevent.signal_handler(signal.SIGTERM, server.close)
    gevent.signal_handler(signal.SIGINT, server.close)
    ids = [account.portal.portal_id for account in world.accounts.values()]
    url = f"http://{host}:{server.server_port}"
    print(
        orjson.dumps({"url": url, "portal_id": ids[0], "portal_ids": ids, **counts}).decode(),
        flush=True,
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
