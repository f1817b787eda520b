"""Run the command line: `./spoke COMMAND`. The commands are in commands/, a module per group."""

from __future__ import annotations

import click

from commands import (
    spoke_aggregate,
    spoke_business,
    spoke_compare,
    spoke_competitors,
    spoke_demo,
    spoke_doctor,
    spoke_enrich,
    spoke_export,
    spoke_follow,
    spoke_generate,
    spoke_ingest,
    spoke_init,
    spoke_links,
    spoke_load,
    spoke_models,
    spoke_outbox,
    spoke_portals,
    spoke_privacy,
    spoke_quotas,
    spoke_readers,
    spoke_replay,
    spoke_reports,
    spoke_scans,
    spoke_schedules,
    spoke_schema,
    spoke_slack,
    spoke_smoke,
    spoke_status,
    spoke_sync,
    spoke_tokens,
    spoke_trace,
    spoke_users,
    spoke_webhooks,
    spoke_write_back,
)
from env_file import read_env_file
from settings import VERSION

# nothing of a real portal belongs in a simulated one, and init writes the file
WITHOUT_ENV_FILE = ("demo", "simulate", "init", "generate")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="spoke")
@click.pass_context
def spoke(context: click.Context) -> None:
    """Keep HubSpot in your own Postgres, seconds behind and provably the same.

    \b
    First time:   spoke demo           everything at once against a simulated portal; needs nothing
    Your portal:  spoke init           answer five questions; writes .env
                  spoke migrate        make the tables and views
                  spoke backfill       fetch every record
                  spoke verify         prove the copy equal to HubSpot
                  spoke compare        what another program's copy lost or has stale
    Every day:    spoke status         what waits, how old it is, what failed and why
                  spoke scans          how backfills get on; pause, resume, cancel them
                  spoke trace          everything that happened to one record
                  spoke doctor         whether everything is set up and running, and what to do
    """
    if context.invoked_subcommand not in WITHOUT_ENV_FILE:
        read_env_file()


for command in (
    spoke_init.init,
    spoke_sync.migrate,
    spoke_sync.backfill,
    spoke_sync.reconcile,
    spoke_sync.history,
    spoke_follow.follow,
    spoke_sync.verify,
    spoke_compare.compare,
    spoke_status.status,
    spoke_trace.trace,
    spoke_replay.replay,
    spoke_reports.reports_group,
    spoke_doctor.doctor,
    spoke_scans.scans,
    spoke_schedules.schedules,
    spoke_schema.schema,
    spoke_slack.slack_group,
    spoke_smoke.smoke,
    spoke_portals.portals,
    spoke_readers.readers,
    spoke_competitors.competitors,
    spoke_privacy.privacy_group,
    spoke_tokens.tokens,
    spoke_users.users,
    spoke_links.links,
    spoke_models.models,
    spoke_business.load_business,
    spoke_enrich.enrich,
    spoke_ingest.ingest,
    spoke_aggregate.aggregate,
    spoke_generate.generate,
    spoke_load.load,
    spoke_load.pipeline,
    spoke_quotas.quotas,
    spoke_export.export,
    spoke_write_back.write_back_group,
    spoke_webhooks.webhooks_group,
    spoke_outbox.outbox_group,
    spoke_demo.demo,
    spoke_demo.simulate,
):
    spoke.add_command(command)


if __name__ == "__main__":
    spoke(prog_name="spoke")
