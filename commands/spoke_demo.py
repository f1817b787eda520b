"""demo and simulate: Spoke without a HubSpot account."""

from __future__ import annotations

import sys

import click

from commands.opening import console


@click.command()
@click.option(
    "--once",
    is_flag=True,
    help="Apply a burst of changes, check the copy, stop; exits 1 when unequal.",
)
@click.option(
    "--contacts", default=2_000, show_default=True, help="Contacts of the simulated portal."
)
@click.option("--deals", default=300, show_default=True)
@click.option("--companies", default=500, show_default=True)
@click.option("--calls", default=4_000, show_default=True)
@click.option(
    "--edits-per-second", default=5.0, show_default=True, help="Live edits in the simulated portal."
)
@click.option("--port", default=8000, show_default=True, help="Where the web process listens.")
def demo(once: bool, **options: float) -> None:
    """Run the whole of Spoke on this machine against a simulated portal: no HubSpot account, no
    database, no Redis."""
    from lab.demo import run

    sys.exit(run(console, once, options))


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulate(arguments: tuple[str, ...]) -> None:
    """Run the simulated HubSpot alone; `spoke simulate --help` lists its options."""
    import os

    os.execv(sys.executable, [sys.executable, "-m", "lab.simulator", *arguments])
