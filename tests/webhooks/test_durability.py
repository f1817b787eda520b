"""No 2xx without durability: with any failure between the receiver and Redis, for each delivery of
a batch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE
from typing import Any

import lz4.block
import pytest
import redis

import deliveries
from settings import WEBHOOK_PATH
from tests.processes import ROOT, wait_for
from tests.webhooks.conftest import EVENT, SECRET, headers, settings
from tests.webhooks.misbehaving import CLOSE, HOLD, Reply, Wire, patient_app
from webhooks.inlet import Inlet, NotDurable

Read = Callable[[], set[Any]]
STRANGE: dict[str, Reply] = {
    "a number that is none": b":abc\r\n",
    "a length that is none": b"$abc\r\n",
    "a type that is none": b"!garbage\r\n",
    "lists without end": b"*1\r\n" * 5_000,
    "no UTF-8": b"+\xff\xfe\r\n",
    "an answer to something else": b"+PONG\r\n",
    "what the script used to answer": b"+OK\r\n",
    "nothing": b"_\r\n",
    "a number": b":1\r\n",
    "no list": b"*0\r\n",
    "the answer to another script": b"*2\r\n:999999\r\n:1\r\n",
    "a closed connection": CLOSE,
    "full": b"-OOM command not allowed when used memory > 'maxmemory'\r\n",
    "read-only": b"-READONLY You can't write against a read only replica.\r\n",
}


@pytest.fixture
def stored(redis_client: redis.Redis) -> Read:
    """Give the ids of the events of all deliveries that Redis has."""
    return lambda: {
        json.loads(lz4.block.decompress(fields[b"body"]))[0]["eventId"]
        for _, fields in redis_client.xrange(deliveries.STREAM)
    }


def post(app: Any, event_id: object) -> int:
    body = json.dumps([EVENT | {"eventId": event_id}]).encode()
    return int(app.test_client().post(WEBHOOK_PATH, data=body, headers=headers(body)).status_code)


@pytest.mark.parametrize("reply", STRANGE.values(), ids=STRANGE.keys())
def test_a_strange_answer_is_503_for_each_delivery_of_the_batch_and_the_next_is_durable(
    redis_url: str, stored: Read, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    wire = Wire(redis_url, HOLD, reply, reply)
    with wire.listening() as address, ThreadPoolExecutor(3) as threads:
        app = patient_app(settings(redis_url), address)
        first = threads.submit(post, app, "first")
        wait_for(lambda: wire.scripts == 1)
        inlet = _inlet(app)
        both = [threads.submit(post, app, each) for each in ("one", "other")]
        wait_for(lambda: len(inlet._gathering.entries) == 2)
        wire.let_one_go_on()
        assert (first.result(), [each.result() for each in both]) == (204, [503, 503])
        assert stored() == {"first"}
        assert "Redis did not take 2 deliveries, HubSpot will send them again" in caplog.text
        wire.plan.clear()
        assert post(app, "later") == 204
    assert stored() == {"first", "later"}


def _inlet(app: Any) -> Inlet:
    """Answer the inlet that the receiver's route has."""
    cells = app.view_functions["receiver.receive"].__closure__
    return next(cell.cell_contents for cell in cells if isinstance(cell.cell_contents, Inlet))


def test_one_strange_answer_costs_a_second_question_on_a_new_connection(
    redis_url: str, stored: Read
) -> None:
    wire = Wire(redis_url, b":abc\r\n")
    with wire.listening() as address:
        assert post(patient_app(settings(redis_url), address), "asked twice") == 204
    assert wire.scripts == 2 and stored() == {"asked twice"}


def test_an_answer_that_came_too_late_is_not_taken_for_that_of_the_next_delivery(
    redis_url: str, stored: Read
) -> None:
    """Two answers to one request leave one behind, which would be the answer to the next. Neither
    is believed, and the delivery is sent again."""
    wire = Wire(redis_url, b"*2\r\n:1\r\n:1\r\n*2\r\n:2\r\n:1\r\n")
    with wire.listening() as address:
        app = patient_app(settings(redis_url), address)
        assert post(app, "asked twice") == 204
        assert post(app, "next") == 204
    assert stored() == {"asked twice", "next"}


def go_on(process: subprocess.Popen[str], ready: Callable[[], bool]) -> None:
    """Let a process that stands at a step go on, once all is ready for the next."""
    assert process.stdin and process.stdout
    assert process.stdout.readline() == "step\n"
    wait_for(ready)
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.parametrize("cause", ["GreenletExit", "Timeout"])
def test_a_greenlet_that_is_killed_with_a_batch_leaves_no_other_delivery_with_204(
    redis_url: str, stored: Read, cause: str
) -> None:
    wire = Wire(redis_url, HOLD, HOLD)
    with wire.listening() as address:
        command = [sys.executable, "-m", "tests.webhooks.misbehaving", address, cause]
        with subprocess.Popen(command, cwd=ROOT, text=True, stdin=PIPE, stdout=PIPE) as process:
            go_on(process, lambda: wire.scripts == 1)
            go_on(process, lambda: True)  # two have gathered
            wire.let_one_go_on()
            go_on(process, lambda: wire.scripts == 2)
            assert process.stdout
            told = json.loads(process.stdout.readline())
    assert told == {"first": 204, "sender": cause, "other": 503, "later": 204}
    assert stored() == {"first", "later"}


BREAK: dict[str, Callable[[Any], None]] = {
    "its socket is closed": lambda connection: connection._sock.close(),
    "its socket is another thing": lambda connection: setattr(connection, "_sock", object()),
    "its parser is gone, so that it cannot even be closed": lambda connection: setattr(
        connection, "_parser", None
    ),
}


@pytest.mark.parametrize("damage", BREAK.values(), ids=BREAK.keys())
def test_a_broken_connection_is_replaced(
    redis_client: redis.Redis, stored: Read, damage: Callable[[Any], None]
) -> None:
    inlet = Inlet(redis_client, SECRET)
    inlet.append(json.dumps([{"eventId": 1}]).encode())
    damage(inlet._line.connection)
    inlet.append(json.dumps([{"eventId": 2}]).encode())
    assert stored() == {1, 2}


def test_a_delivery_that_cannot_be_packed_fails_alone(
    redis_client: redis.Redis, stored: Read
) -> None:
    inlet = Inlet(redis_client, SECRET)
    with pytest.raises(NotDurable, match="TypeError"):
        inlet.append("no bytes")  # type: ignore[arg-type]
    inlet.append(json.dumps([{"eventId": 1}]).encode())
    assert stored() == {1}
