"""The Dockerfile's images hold what their processes import, and the slim one nothing of the pages.

Nothing is built here: the Dockerfile's stages are read, and the imports of our modules followed.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_structure import MODULES, ROOT, imports

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
BEFORE_THE_LAB = {"lab"}  # commands.spoke_demo starts it where it is there


def stages() -> dict[str, list[str]]:
    """Answer each stage's instructions, after those of the stage that it begins with."""
    found: dict[str, list[str]] = {}
    for line in DOCKERFILE.splitlines():
        if begun := re.match(r"FROM (\S+) AS (\S+)", line):
            current = found.setdefault(begun[2], list(found.get(begun[1], ())))
        elif line and line[0] not in "# " and found and not line.startswith("FROM"):
            current.append(line)
    return found


STAGES = stages()


def copied(stage: str) -> set[str]:
    """Answer the files and folders of the repository that a stage copies, also by another stage."""
    names: set[str] = set()
    for line in STAGES[stage]:
        if other := re.match(r"COPY --from=(\S+) /spoke", line):
            names |= copied(other[1])
        elif line.startswith("COPY ") and "--from" not in line:
            names |= set(line.split()[1:-1])
    return names


def reached(*entries: str) -> set[str]:
    """Answer our modules that these import, and what those import …; the lab and its door left
    out."""
    found, left = set(), list(entries)
    while left:
        name = left.pop()
        if name in MODULES and name not in found:
            found.add(name)
            parts = name.split(".")
            left += [".".join(parts[:end]) for end in range(1, len(parts))]
            left += [p for each in imports(MODULES[name]) for p in (each, each.rpartition(".")[0])]
            left = [each for each in left if each.partition(".")[0] not in BEFORE_THE_LAB]
    return found


def installed(file: str) -> set[str]:
    """Answer the packages that a requirements file brings, those that they need included."""
    found: set[str] = set()
    left = [Requirement(line) for line in _lines(ROOT / file)]
    while left:
        wanted = left.pop()
        if (name := canonicalize_name(wanted.name)) not in found:
            found.add(name)
            left += [
                each
                for each in map(Requirement, requires(name) or ())
                if not each.marker
                or any(each.marker.evaluate({"extra": x}) for x in {"", *wanted.extras})
            ]
    return found


def _lines(file: Path) -> list[str]:
    lines: list[str] = []
    for line in file.read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r"):
            lines += _lines(file.parent / text.split()[1])
        elif text and not text.startswith("-"):
            lines.append(text)
    return lines


SLIM = ("cli", "webhooks.app", "workers.__main__", "workers.clock")
IMAGES = {
    "spoke": (SLIM, "requirements.txt"),
    "pages": ((*SLIM, "wsgi"), "requirements-pages.txt"),
    "models": (SLIM, "requirements.txt"),
    "simulator": (("lab.simulator.__main__",), "requirements.txt"),
}


def modules_of(image: str) -> set[str]:
    entries = IMAGES[image][0]
    if image != "simulator":
        return reached(*entries)
    ours = {name for name in MODULES if f"{name}.".startswith("lab.simulator.")}
    return ours | reached(*(each for name in ours for each in imports(MODULES[name])))


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_holds_every_module_that_its_processes_import(image: str) -> None:
    held = copied(image)
    paths = {str(MODULES[name].relative_to(ROOT)) for name in modules_of(image)}
    assert len(paths) > 40
    missing = {path for path in paths if not held & {path, *map(str, Path(path).parents)}}
    assert missing == set()
    assert all((ROOT / each).exists() for each in held)


def on_request() -> set[str]:
    """Answer the libraries of commands and jobs that say what to install:
    commands/scale_packages.py, workers/model_packages.py."""
    asked = installed("requirements-scale.txt") | installed("requirements-models.txt")
    return asked | {"supabase", "storage3"}


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_has_every_library_that_its_processes_import(image: str) -> None:
    of_module = packages_distributions()
    ours = {name.partition(".")[0] for name in MODULES}
    used = {each.partition(".")[0] for name in modules_of(image) for each in imports(MODULES[name])}
    wanted = {
        canonicalize_name(of_module[name][0])
        for name in used - ours - sys.stdlib_module_names
        if name in of_module
    } | ({"gunicorn", "gevent"} if image != "simulator" else set())
    assert wanted - installed(IMAGES[image][1]) - on_request() == set()


def test_the_slim_image_has_neither_pages_nor_their_libraries_nor_the_lab() -> None:
    assert copied("spoke").isdisjoint({"api", "dashboard", "wsgi.py", "lab", "tests", "docs", "."})
    assert not {name for name in reached(*SLIM) if name.partition(".")[0] in ("api", "dashboard")}
    both = installed("requirements.txt") & {"apiflask", "pydantic", "supabase", "httpx"}
    assert both == set()


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_does_not_run_as_root_and_can_be_asked_how_it_is(image: str) -> None:
    lines = STAGES[image]
    assert [line.split()[1] for line in lines if line.startswith("USER")] == ["10001:10001"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    after = lines[lines.index("USER 10001:10001") :]
    assert not any(line.startswith(("RUN", "COPY", "ADD")) for line in after)


def test_the_builder_is_sent_all_that_is_copied_and_no_secret() -> None:
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in sent if line.startswith("!")}
    everything = {
        name
        for stage in STAGES.values()
        for line in stage
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    patterns = {"*.py": r".+\.py", "requirements*.txt": r"requirements.*\.txt"}
    assert {
        name
        for name in everything
        if name not in allowed and not any(re.fullmatch(p, name) for p in patterns.values())
    } == set()
    assert sent[1] == "*" and not any(".env" in each for each in allowed)
