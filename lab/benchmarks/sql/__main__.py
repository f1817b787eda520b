"""Fill a database at the real portal's size (`--size 10` for ten times that) and time every metric
and every page.

Each question is asked warm, with other owners, days and records each time. Beside it stands the
same question without the indexes that we made (primary keys stay), with calls and users linked as
they are asked for, without sums by day. It runs in a transaction that is rolled back, and is given
up after two seconds. The company behind a team stays stored: comparing all pairs takes too long.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from random import Random

import psycopg
from rich.console import Console
from rich.table import Table

from db.connect import Connection, Database
from lab.benchmarks.figure import Figure
from lab.benchmarks.sql.filling import drop_indexes, filled
from lab.benchmarks.sql.questions import Question, questions

ROUNDS, RIVAL_ROUNDS, SEED = {1: 40, 10: 20}, 3, 1
PATIENCE_MS, GIVEN_UP_MS = 2000, 5000  # for the rival's and for ours
GOALS_MS = {1: 100.0, 10: 250.0}
FROM_SCRATCH = """
create or replace view calls_to_contacts with (security_invoker = true) as
select portal_id, call_id, contact_id, link_method, call_timestamp, call_duration, call_direction,
    call_disposition,
       hubspot_owner_id
from calls_to_contacts_from_scratch;
create or replace view contacts_to_users with (security_invoker = true) as
select distinct on (contacts.portal_id, contacts.hubspot_id)
    contacts.portal_id, contacts.hubspot_id as contact_id, contacts.firstname as first_name,
    contacts.lastname as last_name, users.user_id, users.email,
        users.client_lifetime_spend as "clientLifeTimeSpend",
    'email' as link_method
from current_contacts as contacts
join business.users as users on email_key(users.email) = email_key(contacts.email)
order by contacts.portal_id, contacts.hubspot_id, users.created_at, length(users.user_id),
    users.user_id
"""
RIVAL = "the same without our indexes, stored links and sums, median; given up after 2 s"
console = Console(stderr=True)
Timed = dict[str, list[float]]


def main() -> None:
    asked = _arguments()
    goal, rounds = GOALS_MS.get(asked.size, 250.0), asked.rounds or ROUNDS.get(asked.size, 20)
    chosen = [question for question in questions() if asked.only in question.name]
    with filled(asked.size) as database:
        ours = {each.name: _ask(database, each, asked.size, rounds) for each in chosen}
        theirs = {}
        if not asked.alone:
            theirs = _without_indexes(database, chosen, asked.size)
    _show(ours, theirs, goal)
    worst = max(ours, key=lambda name: percentile(ours[name], 95))
    p95 = percentile(ours[worst], 95)
    rival = percentile(theirs[worst], 50) if theirs else goal
    missed = [name for name, seconds in ours.items() if percentile(seconds, 95) >= goal]
    more: dict[str, object] = {
        "unit": "ms",
        "ours_is": f"p95 of the slowest, {worst}",
        "rival_is": RIVAL if theirs else "the goal",
    }
    more |= {
        "goal_ms": goal,
        "size": asked.size,
        "rounds": rounds,
        "questions": len(ours),
        "missed": missed,
    }
    Figure("sql", p95, rival, p95 / rival, goal / rival, not missed, more).print()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.benchmarks.sql", description=__doc__)
    parser.add_argument("--size", type=int, default=1, help="how many times the real portal")
    parser.add_argument("--only", default="", help="questions with this in their name")
    parser.add_argument("--rounds", type=int, help="how often each is asked")
    parser.add_argument("--alone", action="store_true", help="leave out the rival")
    return parser.parse_args()


def _ask(database: Database, question: Question, scale: int, rounds: int) -> list[float]:
    """Answer the milliseconds of each asking, rows fetched, after two that warm the cache."""
    random = Random(SEED)
    with console.status(question.name), database.transaction() as conn:
        conn.execute(f"set local statement_timeout = {GIVEN_UP_MS}".encode())
        try:
            with conn.transaction():
                return [
                    _milliseconds(conn, question.filled(random, scale)) for _ in range(rounds + 2)
                ][2:]
        except psycopg.errors.QueryCanceled:
            return [float(GIVEN_UP_MS)]


def _without_indexes(database: Database, chosen: Sequence[Question], scale: int) -> Timed:
    with database.transaction() as conn, conn.transaction(force_rollback=True):
        drop_indexes(conn)
        conn.execute("update sales_sums set built_at = null")
        conn.execute(f"set local statement_timeout = {PATIENCE_MS}".encode())
        conn.execute(FROM_SCRATCH.encode())
        return {question.name: _patiently(conn, question, scale) for question in chosen}


def _patiently(conn: Connection, question: Question, scale: int) -> list[float]:
    random, timed = Random(SEED), []
    with console.status(f"{question.name}, without indexes"):
        for _ in range(RIVAL_ROUNDS):
            try:
                with conn.transaction():
                    timed.append(_milliseconds(conn, question.filled(random, scale)))
            except psycopg.errors.QueryCanceled:
                return [float(PATIENCE_MS)]
    return timed


def _milliseconds(conn: Connection, query: str) -> float:
    began = time.perf_counter()
    conn.execute(query.encode()).fetchall()
    return (time.perf_counter() - began) * 1000


def percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def _rival(milliseconds: float | None) -> str:
    if milliseconds is None:
        return ""
    if milliseconds >= PATIENCE_MS:
        return f"> {milliseconds:.0f}"
    return f"{milliseconds:.1f}"


def _show(ours: Timed, theirs: Timed, goal: float) -> None:
    table = Table("question", "p50 ms", "p95 ms", "without, ms", "")
    for name, seconds in ours.items():
        middle, slow = percentile(seconds, 50), percentile(seconds, 95)
        rival = percentile(theirs[name], 50) if theirs else None
        verdict = "[green]ok[/green]" if slow < goal else "[red]missed[/red]"
        table.add_row(name, f"{middle:.1f}", f"{slow:.1f}", _rival(rival), verdict)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
