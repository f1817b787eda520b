"""The files of each platform start the Procfile's processes, give them time to end, and say what
the platform's own schema allows."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from settings import VARIABLES
from tests.test_structure import ROOT

PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
COMPOSE, RENDER = (YAML(typ="safe").load(ROOT / name) for name in ("compose.yaml", "render.yaml"))
RAILWAY = {"web": ROOT / "railway.json"} | {
    path.stem: path for path in (ROOT / "deploy" / "railway").glob("*.json")
}
UNITS = {path.stem.removeprefix("spoke-"): path.read_text()
         for path in (ROOT / "deploy" / "systemd").glob("*.service")}  # fmt: skip
SCHEMAS = {
    "compose.yaml": "vendor.compose-spec",
    ".github/workflows/*.yml": "vendor.github-workflows",
    ".github/ISSUE_TEMPLATE/[!c]*.yml": "vendor.github-issue-forms",
    ".github/ISSUE_TEMPLATE/config.yml": "vendor.github-issue-config",
    ".github/dependabot.yml": "vendor.dependabot",
}
GRACE_SECONDS = 30


def words(command: str) -> list[str]:
    """Answer a command without what only its shell needs."""
    found = shlex.split(command.removeprefix("exec "))
    return [Path(found[0]).name, *found[1:]]


EXPECTED = {name: words(command) for name, command in PROCFILE.items()}


def compose() -> Iterator[tuple[str, list[str]]]:
    names = {"dashboard": "pages"}
    for name, service in COMPOSE["services"].items():
        if name not in ("postgres", "valkey"):
            yield names.get(name, name), service["command"]


def render() -> Iterator[tuple[str, list[str]]]:
    for service in RENDER["services"]:
        if "startCommand" in service:
            yield service["name"].removeprefix("spoke-"), words(service["startCommand"])
        if "preDeployCommand" in service:
            yield "release", words(service["preDeployCommand"])


def railway() -> Iterator[tuple[str, list[str]]]:
    for name, path in RAILWAY.items():
        deploy = json.loads(path.read_text())["deploy"]
        yield name, words(deploy["startCommand"])
        for command in deploy.get("preDeployCommand", ()):
            yield "release", words(command)


def systemd() -> Iterator[tuple[str, list[str]]]:
    for name, text in UNITS.items():
        yield name, words(re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0])


@pytest.mark.parametrize("platform", [compose, render, railway, systemd], ids=lambda f: f.__name__)
def test_each_platform_starts_the_processes_of_the_procfile(platform: Any) -> None:
    assert dict(platform()) == EXPECTED


def test_each_platform_gives_workers_time_to_leave_their_jobs() -> None:
    ours = [each for each in COMPOSE["services"].values() if "build" in each]
    assert {each["stop_grace_period"] for each in ours} == {f"{GRACE_SECONDS}s"}
    processes = [each for each in RENDER["services"] if "startCommand" in each]
    assert {each["maxShutdownDelaySeconds"] for each in processes} == {GRACE_SECONDS}
    assert {json.loads(path.read_text())["deploy"]["drainingSeconds"]
            for path in RAILWAY.values()} == {GRACE_SECONDS}  # fmt: skip
    assert all(
        f"TimeoutStopSec={GRACE_SECONDS}" in UNITS[each] for each in EXPECTED.keys() - {"release"}
    )


def test_compose_writes_nowhere_but_where_it_must() -> None:
    ours = [each for each in COMPOSE["services"].values() if "build" in each]
    assert len(ours) == 6
    assert all(each["read_only"] and each["tmpfs"] == ["/tmp"] for each in ours)
    assert all(each["cap_drop"] == ["ALL"] for each in ours)
    asked = {name for name, each in COMPOSE["services"].items()
             if not each.get("healthcheck", {}).get("disable")}  # fmt: skip
    assert asked == {"postgres", "valkey", "web", "dashboard"}


def test_valkey_keeps_what_it_acknowledged() -> None:
    command = COMPOSE["services"]["valkey"]["command"]
    pairs = dict(zip(command[1::2], command[2::2], strict=True))
    assert (pairs["--appendonly"], pairs["--maxmemory-policy"]) == ("yes", "noeviction")
    assert [
        each["maxmemoryPolicy"] for each in RENDER["services"] if "maxmemoryPolicy" in each
    ] == ["noeviction"]


@pytest.mark.parametrize(
    ("env", "port"), [("development", "5200"), ("staging", "5201"), ("production", "5202")]
)
def test_env_chooses_the_ports_and_the_volumes(env: str, port: str) -> None:
    lines = (ROOT / "deploy" / f"{env}.env").read_text().splitlines()
    told = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
    assert told == {
        "COMPOSE_PROJECT_NAME": f"spoke-{env}",
        "SPOKE_PORT": port,
        "SPOKE_RECEIVER_PORT": str(int(port) + 100),
    }
    used = (ROOT / "compose.yaml").read_text()
    assert all("${" + name in used for name in told)


def test_render_gives_its_services_variables_that_are_read() -> None:
    given = [each["key"] for group in RENDER["envVarGroups"] for each in group["envVars"]]
    given += [each["key"] for service in RENDER["services"]
              for each in service.get("envVars", ()) if "key" in each]  # fmt: skip
    assert set(given) - set(VARIABLES) == {"PYTHON_VERSION"}


@pytest.mark.parametrize("pattern", SCHEMAS)
def test_files_are_as_their_schema_says(pattern: str) -> None:
    """The schemas come with check-jsonschema; Render's and Railway's do not."""
    files = sorted(str(path) for path in ROOT.glob(pattern))
    assert files
    from check_jsonschema import main  # 0.4 s, which no other test process is to spend

    ended = CliRunner().invoke(main, ["--builtin-schema", SCHEMAS[pattern], *files])
    assert ended.exit_code == 0, ended.output


def test_a_secret_is_found_and_made_up_words_are_none(tmp_path: Path) -> None:
    """Hold the scan of `make check`; the token is written in two parts, or it would be found."""
    baseline = ROOT / ".secrets.baseline"
    assert json.loads(baseline.read_text())["results"] == {}, "allow words, not places"
    (tmp_path / "leak.py").write_text('token = "gh' + f"p_{'a1B2c3D4e5F6' * 3}" + '"\n')
    (tmp_path / "test.py").write_text('SECRET = "current-secret"\n')
    scan = Path(sys.executable).with_name("detect-secrets-hook")
    command = [scan, "--no-verify", "--baseline", baseline, "leak.py", "test.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "leak.py:1" in ended.stdout and "test.py" not in ended.stdout
    ci = (ROOT / ".github/workflows/ci.yml").read_text()
    assert "make check secrets" in ci
