"""Run the suite's main parts on every Python from 3.11 on that the machine has: `make matrix`.

Each Python has an environment of its own under .peers. A Python that is missing is said at the end,
and a part that fails on one of them fails the whole. Needs no package itself.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
MISSING = "MISSING on this machine: nothing was run"
PARTS = (  # how processes start and stop, the main path, a migration, the receiver, settings
    "tests/workers/test_main_path.py",
    "tests/workers/test_stopping.py",
    "tests/workers/test_supervisor.py",
    "tests/webhooks/test_receiver.py",
    "tests/db/test_upsert.py",
    "tests/db/test_connect.py",
    "tests/commands/test_status.py",
    "tests/sql/test_base_views.py",
    "tests/test_settings.py",
    "tests/test_jobs.py",
)


def pythons() -> Iterator[tuple[str, str | None]]:
    """Find each version and the first program that runs it, or None. A name in PATH may
    be a shim whose version is not there, so each is asked."""
    for version in VERSIONS:
        homes = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        named = [f"python{version}", *map(str, reversed(homes))]
        yield version, next((each for each in named if _is(each, version)), None)


def _is(program: str, version: str) -> bool:
    if not shutil.which(program):
        return False
    told = "import sys; print('%d.%d' % sys.version_info[:2])"
    ended = subprocess.run([program, "-c", told], capture_output=True, text=True)
    return ended.returncode == 0 and ended.stdout.strip() == version


def environment(version: str, program: str) -> Path:
    """Make an environment with everything that the tests need, if it is not there."""
    folder = ROOT / ".peers" / f"python-{version}"
    listed = ROOT / "hashes" / "requirements-dev.txt"
    done, wanted = folder / "installed", "".join(_texts())
    if not done.exists() or done.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([program, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        safely = ["--require-hashes", "--only-binary", ":all:", "-r", str(listed)]
        subprocess.run([*pip, *safely], check=True)
        done.write_text(wanted)
    return folder / "bin" / "python"


def _texts() -> Iterator[str]:
    for path in sorted((ROOT / "hashes").glob("*.txt")):
        yield path.read_text()


def main() -> int:
    """Run the parts on each Python; 1 where a part fails or no Python was found."""
    results: dict[str, str] = {}
    for version, program in pythons():
        if program is None:
            results[version] = MISSING
            continue
        print(f"Python {version} ({program})", flush=True)
        try:
            python = environment(version, program)
        except subprocess.CalledProcessError as error:
            results[version] = f"FAILED: its packages cannot be installed ({error})"
            continue
        ended = subprocess.run([str(python), "-m", "pytest", "-q", "-n", "2", *PARTS], cwd=ROOT)
        results[version] = "passed" if ended.returncode == 0 else "FAILED"
    print("\n".join(f"Python {version}: {said}" for version, said in results.items()))
    return verdict(results)


def verdict(results: Mapping[str, str]) -> int:
    """Answer 0 where something was run and all of it passed. A missing Python is no failure."""
    ran = [said for said in results.values() if said != MISSING]
    return 0 if ran and all(said == "passed" for said in ran) else 1


if __name__ == "__main__":
    sys.exit(main())
