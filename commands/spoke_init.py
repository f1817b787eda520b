"""init: ask five questions, and write `.env` and the webhooks of the HubSpot app."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from env_file import ENV_FILE, variables_of
from hubspot.catalogue import BUILT_IN
from hubspot.subscriptions import app_component
from settings import Settings, SettingsError

WEBHOOKS = Path("hubspot-app/src/app/webhooks/webhooks-hsmeta.json")
MADE = ("ENCRYPTION_KEY", "CRON_SECRET", "METRICS_TOKEN")  # random, and kept when there are some
_LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SettingAsked:
    """A variable that only its owner knows, and how it is asked for."""

    name: str
    text: str
    is_secret: bool = False

    @property
    def option(self) -> str:
        return "--" + self.name.lower().replace("_", "-")


QUESTIONS = (
    SettingAsked(
        "DATABASE_URL", "Postgres, as postgresql://user:password@host:port/database", True
    ),
    SettingAsked("REDIS_URL", "Redis or Valkey, as redis://… or rediss://…", True),
    SettingAsked("HUBSPOT_ACCESS_TOKEN", "Access token of your HubSpot app", True),
    SettingAsked("HUBSPOT_CLIENT_SECRET", "Client secret of the same app", True),
    SettingAsked("PUBLIC_URL", "Address that HubSpot will call, as https://spoke.example.com"),
)


def _options(command: click.Command) -> click.Command:
    """Give the command an option per question."""
    for each in QUESTIONS:
        command.params.append(click.Option([each.option, each.name], help=f"{each.text}."))
    return command


@_options
@click.command("init")
@click.option("--overwrite", is_flag=True, help="Replace files that are there, without asking.")
@click.option(
    "--webhooks-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=WEBHOOKS,
    show_default=True,
    help="Where the app's webhooks go.",
)
def init(overwrite: bool, webhooks_file: Path, **given: str | None) -> None:
    """Ask five questions; write `.env` and the HubSpot app's webhooks; say what to do next.

    Answers given as options are not asked for. A file that is there is replaced only after a yes,
    or with --overwrite; its encryption key is kept, so that stored tokens stay readable. In a
    shell's history an option leaves a secret: answer the questions where that matters.
    """
    for path in (ENV_FILE, webhooks_file):
        _may_write(path, overwrite)
    answers = {each.name: _answer(each, given[each.name]) for each in QUESTIONS}
    _write_env(answers)
    settings = Settings.from_env(env=answers)
    webhooks_file.parent.mkdir(parents=True, exist_ok=True)
    component = app_component(settings.webhook_url, BUILT_IN.in_use)
    webhooks_file.write_text(json.dumps(component, indent=2) + "\n")
    click.echo(f"Wrote {ENV_FILE.name} (readable by you alone) and {webhooks_file}. Next:")
    click.echo("  hs project upload    in the folder of your HubSpot app, with that file in it")
    click.echo("  ./spoke migrate      makes the tables and views")
    click.echo("  ./spoke doctor       says what to start, and what is missing")


def _may_write(path: Path, overwrite: bool) -> None:
    """Ask before a file is replaced. Raises Abort for a no, and where nobody can answer."""
    if path.exists() and not overwrite:
        click.confirm(f"{path} is there. Replace it?", abort=True)


def _answer(question: SettingAsked, given: str | None) -> str:
    """Take what was given, or ask until the answer can be used."""
    if given is not None:
        try:
            return _usable(question, given)
        except SettingsError as error:
            raise click.ClickException(f"{error} Nothing was written.") from error
    while True:
        said: str = click.prompt(question.text, hide_input=question.is_secret)
        try:
            return _usable(question, said)
        except SettingsError as error:
            click.echo(str(error), err=True)


def _usable(question: SettingAsked, said: str) -> str:
    """Answer the value without spaces around it. Raises SettingsError, which shows no value."""
    value = said.strip()
    Settings.from_env((question.name,), {question.name: value})
    if re.search(r"[\s'\"\\]", value):
        raise SettingsError(f"Settings: {question.name} cannot hold spaces, quotes or backslashes.")
    return value


def _write_env(answers: dict[str, str]) -> None:
    """Write .env.example with the answers filled in, whole or not at all."""
    values = _kept() | answers
    text = ENV_FILE.with_name(".env.example").read_text()
    filled = _LINE.sub(lambda line: _filled(line, values), text)
    passing = ENV_FILE.with_name(".env.new")
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(filled)
    os.replace(passing, ENV_FILE)


def _filled(line: re.Match[str], values: Mapping[str, str]) -> str:
    if line[1] in values:
        return f"{line[1]}='{values[line[1]]}'"
    return line[0]


def _kept() -> dict[str, str]:
    """Answer the keys that nobody chooses: those of the file that is replaced, or new ones."""
    try:
        before = variables_of(ENV_FILE) or {}
    except SettingsError:
        before = {}
    return {name: before.get(name) or secrets.token_hex(32) for name in MADE}
