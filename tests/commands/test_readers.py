"""`spoke readers`: people are added, see their portals, and are removed; doctor's word on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commands.spoke_readers import readers as group
from db import readers
from db.connect import Database
from tests.commands.conftest import Spoke
from tests.databases import WORKER
from tests.processes import Simulator
from tests.reading import as_person, person
from workers.context import Context

PAGE = (Path(__file__).parents[2] / "docs" / "readers.md").read_text()
Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def portals(rows: Rows) -> None:
    rows("insert into portals (portal_id) values (1), (2) returning 1")
    owner = "insert into hubspot_owners (portal_id, hubspot_id, raw_json)"
    rows(f"{owner} values (1, '7', '{{}}'), (2, '7', '{{}}') returning 1")


@pytest.fixture
def ann(database_url: str) -> Iterator[str]:
    with person(database_url, "ann") as role:
        yield role


def sees(url: str, role: str) -> list[int]:
    with as_person(url, role) as conn:
        found = conn.execute("select portal_id from owners order by 1").fetchall()
        return [row[0] for row in found]


def test_a_person_is_added_listed_and_removed(
    run: Spoke, portals: None, ann: str, database_url: str, directly: Callable[[str], str]
) -> None:
    url = directly(database_url)
    assert run("readers", "add", ann, "--portal", "1").output == f"{ann} reads portal 1.\n"
    assert sees(url, ann) == [1]
    assert run("readers", "add", ann, "--portal", "2").output == f"{ann} reads portals 1, 2.\n"
    assert sees(url, ann) == [1, 2]
    listed = run("readers", "list").output.splitlines()
    assert [line.split() for line in listed] == [
        ["reader", "reads", "state"],
        ["spoke_reader", "what", "a", "program", "asks", "for"],
        [ann, "portals", "1,", "2"],
    ]
    removed = run("readers", "remove", ann).output
    assert removed == f"{ann} reads nothing any more. The role itself is still there.\n"
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied")
    with as_person(url, ann) as conn, refused:
        conn.execute("select * from hubspot.owners")
    again = run("readers", "remove", ann)
    assert again.exit_code == 1 and f"{ann} is no reader." in again.output


def test_a_role_that_is_not_there_is_made_without_a_password(
    run: Spoke, portals: None, database_url: str, directly: Callable[[str], str]
) -> None:
    with person(database_url, "new") as role:
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute(f"drop role {role}".encode())
        said = run("readers", "add", role, "--portal", "2").output
        assert said.splitlines() == [
            f"{role} reads portal 2.",
            f'The role is new and has no password. Set one in psql: \\password "{role}"',
        ]
        with psycopg.connect(database_url) as conn:
            query = "select rolcanlogin, rolpassword from pg_authid where rolname = %s"
            assert conn.execute(query, [role]).fetchone() == (True, None)
        assert sees(directly(database_url), role) == [2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("login superuser", "it is a superuser"),
        ("login bypassrls", "it passes by row security (BYPASSRLS)"),
        ("login createrole", "it may give itself rights (CREATEROLE)"),
        ("nologin", "nobody logs in as it: add each person's own role"),
        ("login in role pg_read_all_data", "it may read every column (pg_read_all_data)"),
        ("login in role spoke_reader", "it may become a role of programs"),
    ],
)
def test_a_role_that_could_see_more_is_refused(
    run: Spoke, portals: None, database_url: str, rows: Rows, options: str, words: str
) -> None:
    with person(database_url, "mighty", options) as role:
        result = run("readers", "add", role, "--portal", "1")
    assert result.exit_code == 1
    assert f"Error: {role} cannot be held to its portals: {words}" in result.output
    assert rows("select * from readers") == []


@pytest.mark.parametrize("name", ["public", "pg_monitor", "None", "ä" * 32, ""])
def test_what_is_no_role_s_name_is_refused(run: Spoke, portals: None, name: str) -> None:
    assert run("readers", "add", name, "--portal", "1").exit_code == 2


@pytest.mark.parametrize("name", ["anon", "authenticated"])
def test_keys_in_browsers_read_nothing(run: Spoke, portals: None, rows: Rows, name: str) -> None:
    result = run("readers", "add", name, "--portal", "1")
    assert result.exit_code == 1 and "key in browsers. Nothing was changed." in result.output
    assert rows("select * from readers") == []


def test_an_unknown_portal_is_named(run: Spoke, portals: None, ann: str) -> None:
    result = run("readers", "add", ann, "--portal", "1", "--portal", "9")
    assert result.output == "Error: Portal 9 is not registered. `spoke portals list` names all.\n"


def test_an_owner_that_makes_no_roles_is_told_the_statement(
    run: Spoke, portals: None, database_url: str, rows: Rows
) -> None:
    with person(database_url, "owner") as owner:
        with psycopg.connect(database_url, autocommit=True) as conn:
            for kind in ("all tables", "all functions"):
                conn.execute(f"grant all on {kind} in schema hubspot to {owner}".encode())
            conn.execute(f"grant usage on schema hubspot to {owner}".encode())
            conn.execute(f"alter role {owner} bypassrls".encode())
        url = psycopg.conninfo.make_conninfo(database_url, user=owner)
        result = run("readers", "add", f"nobody_{WORKER}", "--portal", "1", DATABASE_URL=url)
    assert result.exit_code == 1
    statement = f'create role "nobody_{WORKER}" login'
    assert f"Let an admin run `{statement}`, then add it again." in result.output
    assert rows("select * from readers") == []


def test_a_removed_portal_leaves_its_readers_nothing_of_it(
    run: Spoke,
    portals: None,
    ann: str,
    rows: Rows,
) -> None:
    run("readers", "add", ann, "--portal", "1", "--portal", "2")
    run("portals", "remove", "2", "--yes")
    assert rows("select portal_id from readers") == [{"portal_id": 1}]


def change(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(statements.encode())


def said(run: Spoke) -> list[str]:
    output = run("doctor").output.replace("\n    ", " ").splitlines()
    return [line.strip() for line in output if line[4:].startswith("Readers:")]


def test_doctor_says_who_reads(
    run: Spoke,
    context: Context,
    simulator: Simulator,
    ann: str,
) -> None:
    assert said(run) == ["✓ Readers: programs read as spoke_reader; 0 people"]
    run("readers", "add", ann, "--portal", str(simulator.portal_id))
    assert said(run) == ["✓ Readers: programs read as spoke_reader; 1 person"]


def test_doctor_says_who_was_granted_a_view_and_sees_nothing(
    run: Spoke, context: Context, simulator: Simulator, ann: str, database_url: str
) -> None:
    change(database_url, f"grant select on hubspot.sync_status to {ann}")
    assert said(run) == [
        f"✗ Readers: {ann} may select from sync_status and is no reader: its queries fail"
        f" → `spoke readers add {ann} --portal N`, or revoke what it was granted."
    ]
    run("readers", "add", ann, "--portal", str(simulator.portal_id))
    assert said(run) == ["✓ Readers: programs read as spoke_reader; 1 person"]


def test_doctor_says_who_got_more_rights_or_went(
    run: Spoke, context: Context, simulator: Simulator, ann: str, database_url: str
) -> None:
    run("readers", "add", ann, "--portal", str(simulator.portal_id))
    change(database_url, f"alter role {ann} bypassrls")
    assert said(run) == [
        f"✗ Readers: {ann} cannot be held to its portals: it passes by row security (BYPASSRLS)"
        f" → Take that from the role, or `spoke readers remove {ann}`."
    ]
    change(database_url, f"drop owned by {ann}; drop role {ann}")
    gone = f"✗ Readers: there is no role {ann} any more"
    assert said(run) == [f"{gone} → `spoke readers remove {ann}`."]
    assert run("readers", "remove", ann).exit_code == 0


def test_doctor_and_migrate_say_what_an_admin_must_do(
    run: Spoke, context: Context, database_url: str, database: Database
) -> None:
    """Here of a role that passes by row security; test_reader_role.py has the ordinary owner."""
    with person(database_url, "boundless", "nologin bypassrls") as role:
        sentence = f"Row security does not hold for the role {role}. Name another in READER_ROLE."
        output = run("doctor", READER_ROLE=role).output.replace("\n    ", " ")
        found = f"✗ Readers: programs cannot read as {role} yet"
        assert f"{found} → Let an admin see to it: {sentence}" in output
        assert sentence in run("migrate", READER_ROLE=role).output
    assert "Programs cannot read yet" not in run("migrate").output
    with readers.reading(database, [1]) as conn:
        assert conn.execute("select * from contacts").fetchall() == []


@pytest.mark.parametrize("name", group.commands)
def test_every_subcommand_is_explained(name: str) -> None:
    assert f"spoke readers {name}" in PAGE
