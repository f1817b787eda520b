"""Write the log: every line with its time, level and writer, and what it tells as fields.

Lines of the standard library's loggers go the same way. What a request or a job binds as its
context (an id, a portal) stands in each line that is written meanwhile.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

# Structlog loads rich wherever it is installed, for coloured tracebacks that no line of ours has:
# 0.1 s of every process's start. Hidden meanwhile, it is loaded by what shows a bar or a table.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
try:
    import structlog
    from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars
    from structlog.contextvars import merge_contextvars as with_context
    from structlog.stdlib import BoundLogger, ProcessorFormatter
finally:
    if sys.modules["rich"] is None:
        del sys.modules["rich"]

__all__ = ["bind_contextvars", "bound_contextvars", "clear_contextvars"]
_HEAD = ("time", "level", "logger", "event", "exception")
_PLAIN = re.compile(r"[^\s\"=]+")
Fields = Any  # of a line: structlog's mutable mapping

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        with_context,
        ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=BoundLogger,
    cache_logger_on_first_use=True,
)


def lines(name: str) -> BoundLogger:
    """Answer a logger whose lines have fields: `log.info("request", status=200)`."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def milliseconds_since(began: float) -> float:
    """Answer how long ago time.monotonic() was `began`, as lines tell it."""
    return round((time.monotonic() - began) * 1000, 1)


def start(level: str, form: str) -> None:
    """Let this process log what its level asks for, unless it logs already."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form))
    logging.basicConfig(level=level, handlers=[handler])


def formatter(form: str) -> logging.Formatter:
    """Answer what writes a line as `form`, one of FORMS."""
    return ProcessorFormatter(
        foreign_pre_chain=[with_context],
        processors=[
            _head,
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            FORMS[form],
        ],
    )


def _head(logger: Any, method: str, line: Fields) -> Fields:
    """Add time, level and writer, which the standard library has noted."""
    record: logging.LogRecord = line["_record"]
    line["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(" ", "milliseconds")
    line["level"], line["logger"] = record.levelname, record.name
    return line


def _as_keys_and_values(logger: Any, method: str, line: Mapping[str, Any]) -> str:
    """Write a line that people read: its head and sentence, then name=value."""
    head = " ".join(str(line[name]) for name in _HEAD[:4])
    rest = [f"{name}={_value(line[name])}" for name in line if name not in _HEAD]
    told = " ".join([head, *rest])
    return f"{told}\n{line['exception']}" if "exception" in line else told


def _value(value: Any) -> str:
    """Quote a value that would not be read back as one word."""
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _as_json(logger: Any, method: str, line: Mapping[str, Any]) -> str:
    """Write a line that programs read, the head first."""
    ordered = {name: line[name] for name in _HEAD if name in line}
    return json.dumps(ordered | dict(line), default=str)


FORMS: Mapping[str, Callable[[Any, str, Mapping[str, Any]], str]] = {
    "keyvalue": _as_keys_and_values,
    "json": _as_json,
}
