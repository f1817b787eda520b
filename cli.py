"""The command line: `./spoke COMMAND`. The commands are in commands/, a module per group."""

from __future__ import annotations

import click

from commands import spoke_demo as simulated
from commands import spoke_doctor as doctor
from commands import spoke_links as links
from commands import spoke_portals as portals
from commands import spoke_privacy as privacy
from commands import spoke_readers as readers
from commands import spoke_replay as replay
from commands import spoke_scans as scans
from commands import spoke_status as status
from commands import spoke_sync as sync
from commands import spoke_tokens as tokens
from commands import spoke_trace as trace
from commands import spoke_users as users
from settings import VERSION, read_env_file

WITHOUT_ENV_FILE = ("demo", "simulate")  # nothing of a real portal belongs in a simulated one


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="spoke")
@click.pass_context
def spoke(context: click.Context) -> None:
    """Keep HubSpot in your own Postgres, seconds behind and provably the same.

    \b
    First time:   spoke demo           everything at once against a simulated portal; needs nothing
    Your portal:  spoke migrate        make the tables and views
                  spoke backfill       fetch every record
                  spoke verify         prove the copy equal to HubSpot
    Every day:    spoke status         what waits, how old it is, what failed and why
                  spoke scans          how backfills get on; pause, resume, cancel them
                  spoke trace          everything that happened to one record
                  spoke doctor         whether everything is set up and running, and what to do
    """
    if context.invoked_subcommand not in WITHOUT_ENV_FILE:
        read_env_file()


for command in (
    sync.migrate,
    sync.backfill,
    sync.reconcile,
    sync.history,
    sync.verify,
    status.status,
    trace.trace,
    replay.replay,
    doctor.doctor,
    scans.scans,
    portals.portals,
    readers.readers,
    privacy.privacy_group,
    tokens.tokens,
    users.users,
    links.links,
    simulated.demo,
    simulated.simulate,
):
    spoke.add_command(command)


if __name__ == "__main__":
    spoke()
