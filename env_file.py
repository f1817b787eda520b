"""Read `.env` beside the code into a process's environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from settings import SettingsError

ENV_FILE = Path(__file__).with_name(".env")
NO_ENV_FILE = "PYTHON_DOTENV_DISABLED"  # python-dotenv's own switch: demo and tests read no file


@cache
def read_env_file() -> None:
    """Take `.env` beside the code into this process's environment, and say so; children inherit it.

    A variable that is set already wins, also one that is set and empty: so that one command can do
    without a line of the file. Ends the process with one line where the file cannot be used."""
    if os.environ.get(NO_ENV_FILE, "").lower() in ("1", "true", "t", "yes", "y"):
        return
    try:
        found = variables_of(ENV_FILE)
    except SettingsError as error:
        sys.exit(str(error))
    if found is not None:
        print(_told(found), file=sys.stderr)
        for name, value in found.items():
            os.environ.setdefault(name, value)


def variables_of(path: Path) -> dict[str, str] | None:
    """Read the variables that a `.env` gives a value to; None where there is no file.

    Values are taken as they are, with nothing put in for ${…}: a password may contain it.
    Raises SettingsError, which shows no value."""
    try:
        bindings = list(parse_stream(StringIO(path.read_text("utf-8-sig"))))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(f"cannot be read ({error.strerror})", "Let this user read it") from error
    except UnicodeDecodeError as error:
        raise _unusable("is not text in UTF-8", "Save it as UTF-8") from error
    if wrong := ", ".join(str(_line(binding)) for binding in bindings if _is_wrong(binding)):
        cure = "Write NAME=value there, with quotes closed"
        raise _unusable(f"cannot be understood at line {wrong}", cure)
    return {each.key: each.value for each in bindings if each.key and each.value}


def _unusable(what: str, cure: str) -> SettingsError:
    after = "or take the file away. See .env.example."
    return SettingsError(f".env {what}; nothing was started. {cure}, {after}")


def _is_wrong(binding: Binding) -> bool:
    """Tell whether a piece of the file is neither blank, nor a comment, nor a variable."""
    if binding.error or "\0" in binding.original.string:
        return True
    return binding.key is not None and binding.value is None


def _line(binding: Binding) -> int:
    """Count to the line that the text begins at; the parser tells that of the blank lines
    before."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _told(found: Mapping[str, str]) -> str:
    """Say what was read, in names and numbers, never in values."""
    many = "1 variable" if len(found) == 1 else f"{len(found)} variables"
    overruled = [name for name, value in found.items() if os.environ.get(name, value) != value]
    kept = ""
    if overruled:
        kept = f"; set outside, which wins: {', '.join(sorted(overruled))}"
    return f"Read .env: {many}{kept}."
