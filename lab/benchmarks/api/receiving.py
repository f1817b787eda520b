"""Send deliveries at a steady pace, from a process of their own, and time each."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor
from itertools import cycle
from multiprocessing import get_context

from lab.benchmarks import load
from lab.benchmarks.api.asking import Ask, on_schedule
from settings import WEBHOOK_PATH

PUBLIC_URL = "https://receiver.example"
PER_SECOND, BODIES = 20, 10


def begin(port: int, secret: str, seconds: float) -> Future[list[float]]:
    """Begin to send deliveries; the future has the milliseconds of each."""
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    future = pool.submit(send, port, secret, seconds)
    pool.shutdown(wait=False)
    return future


def send(port: int, secret: str, seconds: float) -> list[float]:
    """Send signed deliveries and answer their times. Raises AssertionError for one not taken."""
    signed = load.signed(load.bodies(BODIES), PUBLIC_URL + WEBHOOK_PATH, secret)
    asks = cycle([_as_ask(each) for each in signed])
    answers = on_schedule(port, asks, PER_SECOND, seconds)
    if answers.wrong:
        raise AssertionError(f"deliveries were not taken: {answers.wrong[:3]}")
    return answers.times["delivery"]


def _as_ask(request: bytes) -> Ask:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    return "delivery", "POST", WEBHOOK_PATH, body, dict(lines)
