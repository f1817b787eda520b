"""Migrations: each once, together with its note, all or nothing; views made again every time."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db import grants
from db.connect import Database
from db.migrate import MIGRATIONS, VIEWS, MigrationError, migrate, unknown
from db.rebuild import FUNCTIONS
from tests.db.roles import EVERY_ROLE, ORDINARY

MIGRATED = sorted(path.name for path in MIGRATIONS.glob("*.sql"))


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Path, Path]:
    """Copies of the migrations, and of the views with the functions beside them, to change."""
    shutil.copytree(VIEWS.parent / FUNCTIONS, tmp_path / FUNCTIONS)
    return (
        Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations")),
        Path(shutil.copytree(VIEWS, tmp_path / "views")),
    )


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """Give one migration and one view of a schema in miniature."""
    migrations, views = tmp_path / "migrations", tmp_path / "views"
    migrations.mkdir()
    views.mkdir()
    (migrations / "0001.sql").write_text(
        "create table things (id bigint primary key, name text, size integer);"
    )
    (views / "10_things.sql").write_text("create or replace view named as select name from things;")
    return migrations, views


@pytest.fixture
def analyst(admin_url: str) -> Iterator[str]:
    """Give a role without any rights; roles are shared by all databases of the server."""
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute("drop role if exists spoke_test_analyst")
        conn.execute("create role spoke_test_analyst nologin")
        yield "spoke_test_analyst"
        conn.execute("drop owned by spoke_test_analyst")
        conn.execute("drop role spoke_test_analyst")


def rights_of(database: Database) -> list[tuple[Any, ...]]:
    """(view, column, role, right, may pass on) of everything that was given on the two views of
    `small`."""
    with database.transaction() as conn:
        return [astuple(each) for each in grants.read(conn, ["named", "counted"])]


def schema_of(url: str) -> dict[str, Any]:
    """Read everything that a migration could change: columns, indexes, views, functions, settings
    and the notes."""
    queries = {
        "columns": "select table_schema, table_name, column_name, data_type from "
        "information_schema.columns"
        " where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3",
        "indexes": (
            "select indexdef from pg_indexes where schemaname in ('hubspot', 'business') order by 1"
        ),
        "views": (
            "select viewname, definition from pg_views where schemaname = 'hubspot' order by 1"
        ),
        "functions": (
            "select proname, prosrc from pg_proc where pronamespace = "
            "to_regnamespace('hubspot') order by 1"
        ),
        "settings": "select setconfig from pg_db_role_setting s join pg_database d on d.oid = "
        "s.setdatabase"
        " where datname = current_database()",
        "schemas": "select nspname from pg_namespace where nspname !~ '^pg_' order by 1",
    }
    with psycopg.connect(url) as conn:
        # views are told with or without the schema of what they read
        conn.execute("set local search_path = public")
        return {name: conn.execute(query).fetchall() for name, query in queries.items()}


def applied(database: Database) -> list[str]:
    with database.transaction() as conn:
        return [
            row["name"]
            for row in conn.execute("select name from migrations order by name").fetchall()
        ]


@EVERY_ROLE
def test_from_nothing_every_migration_runs_once_and_twice_changes_nothing(
    empty_database_url: str,
) -> None:
    """Each time in a session that begins now, as each deploy has one."""
    with Database(empty_database_url) as database:
        first = migrate(database)
    once = schema_of(empty_database_url)
    with Database(empty_database_url) as database:
        second = migrate(database)
        assert (first.applied, second.applied, first.views) == (MIGRATED, [], second.views)
        assert applied(database) == MIGRATED
    assert schema_of(empty_database_url) == once
    assert {"contacts", "sync_status"} <= set(first.views)


@ORDINARY
def test_what_changed_is_built_by_an_ordinary_owner_in_a_new_session(
    empty_database_url: str, sources: tuple[Path, Path]
) -> None:
    """A function that names a setting of pg_trgm: only a superuser may, unless that is loaded."""
    with Database(empty_database_url) as database:
        migrate(database, *sources)
    path = sources[1].parent / FUNCTIONS / "links" / "team_candidates.sql"
    path.write_text(path.read_text() + "-- once more\n")
    with Database(empty_database_url) as database:
        assert migrate(database, *sources).applied == []


def test_two_at_once_apply_each_migration_once(empty_database_url: str) -> None:
    with Database(empty_database_url) as database, ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda _: migrate(database).applied, range(2)))
    assert sorted(done) == [[], MIGRATED]


def test_a_failing_migration_changes_nothing(
    empty_database_url: str, sources: tuple[Path, Path]
) -> None:
    before = schema_of(empty_database_url)
    (sources[0] / "9999_bad.sql").write_text("create table half_done (id bigint); select 1 / 0;")
    with (
        Database(empty_database_url) as database,
        pytest.raises(MigrationError, match=r"^Nothing was migrated: division"),
    ):
        migrate(database, *sources)
    assert schema_of(empty_database_url) == before


def test_a_failing_view_changes_nothing(
    empty_database_url: str, sources: tuple[Path, Path]
) -> None:
    before = schema_of(empty_database_url)
    (sources[1] / "99_bad.sql").write_text(
        "create or replace view bad as select no_such_column from current_contacts;"
    )
    with (
        Database(empty_database_url) as database,
        pytest.raises(MigrationError, match="no_such_column"),
    ):
        migrate(database, *sources)
    assert schema_of(empty_database_url) == before


def test_an_applied_file_that_was_changed_is_refused_with_what_to_do(
    empty_database_url: str, small: Any
) -> None:
    with Database(empty_database_url) as database:
        migrate(database, *small)
        (small[0] / "0001.sql").write_text("create table things (id bigint primary key);")
        (small[0] / "0002.sql").write_text("create table more (id bigint);")
        before = schema_of(empty_database_url)
        with pytest.raises(MigrationError) as raised:
            migrate(database, *small)
    assert str(raised.value) == (
        "0001.sql was applied in another form. Nothing was changed. "
        "Put the applied file back and write a new migration for what should differ."
    )
    assert schema_of(empty_database_url) == before


def test_a_database_that_a_later_version_migrated_is_left_alone_and_told(
    empty_database_url: str, small: Any
) -> None:
    with Database(empty_database_url) as database:
        migrate(database, *small)
        (small[0] / "0001.sql").rename(small[0] / "0000.sql")
        (small[1] / "20_more.sql").write_text("create view more as select 1 as one;")
        before = schema_of(empty_database_url)
        with pytest.raises(MigrationError) as raised:
            migrate(database, *small)
        with database.transaction() as conn:
            assert unknown(conn, small[0]) == ["0001.sql"]
    assert str(raised.value) == (
        "Nothing was migrated: the database is newer than this code (0001.sql). "
        "Install the version of Spoke that migrated it, or a later one."
    )
    assert schema_of(empty_database_url) == before


def test_a_form_that_did_the_same_is_named_in_the_file(empty_database_url: str, small: Any) -> None:
    path = small[0] / "0001.sql"
    with Database(empty_database_url) as database:
        migrate(database, *small)
        earlier = hashlib.sha256(path.read_bytes()).hexdigest()
        path.write_text(f"-- earlier form: {earlier}\n{path.read_text()}")
        assert migrate(database, *small).applied == []


def test_views_show_a_column_that_their_table_gained(empty_database_url: str, small: Any) -> None:
    (small[1] / "10_things.sql").write_text("create or replace view named as select * from things;")
    (small[1] / "20_on_it.sql").write_text(
        "create or replace view all_named as select * from named;"
    )
    with Database(empty_database_url) as database:
        migrate(database, *small)
        (small[0] / "0002.sql").write_text("alter table things add colour text;")
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute("select colour from all_named")
        (small[1] / "10_things.sql").write_text(
            "create or replace view named as select *, 1 as one from things;"
        )
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute("select one from all_named")


def test_a_percent_sign_in_a_migration_is_only_a_percent_sign(
    empty_database_url: str, small: Any
) -> None:
    (small[0] / "0002.sql").write_text("insert into things (id, name) values (5 % 3, '100 %s');")
    with Database(empty_database_url) as database:
        migrate(database, *small)
        with database.transaction() as conn:
            assert conn.execute("select id, name from things").fetchall() == [
                {"id": 2, "name": "100 %s"}
            ]


@pytest.mark.parametrize(
    "changed",
    [
        "create or replace view named as select size as name from things;",
        "create or replace view named as select name as called from things;",
        "create or replace view named as select size from things;",
    ],
    ids=["type", "name", "fewer"],
)
@EVERY_ROLE
def test_a_view_is_replaced_when_its_columns_change(
    empty_database_url: str, small: Any, changed: str
) -> None:
    with Database(empty_database_url) as database:
        (small[1] / "20_on_it.sql").write_text(
            "create or replace view counted as select count(*) from named;"
        )
        migrate(database, *small)
        (small[1] / "10_things.sql").write_text(changed)
        assert migrate(database, *small).views == ["named", "counted"]
        with database.transaction() as conn:
            kind = conn.execute(
                "select pg_typeof(t) from (select (named).* from named right"
                " join (values (1)) v on true) t"
            )
            assert kind.fetchone() is not None
    after = dict(schema_of(empty_database_url)["views"])
    assert ("size" if "size" in changed else "called") in after["named"]


@EVERY_ROLE
def test_rights_on_a_view_outlive_its_change(
    empty_database_url: str, small: Any, analyst: str
) -> None:
    with Database(empty_database_url) as database:
        (small[1] / "10_things.sql").write_text(
            "create or replace view named as select name, size from things;"
        )
        (small[1] / "20_on_it.sql").write_text(
            "create or replace view counted as select count(*) from named;"
        )
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute(f"grant select on named to {analyst} with grant option")
            conn.execute(f"grant insert (name), update (size) on named to {analyst}")
            conn.execute("grant select on counted to public")
        before = rights_of(database)
        (small[1] / "10_things.sql").write_text(
            "create or replace view named as select 1 as id, name from things;"
        )
        migrate(database, *small)
        assert rights_of(database) == [each for each in before if each[1] != "size"]
        assert before == [
            ("counted", None, None, "SELECT", False),
            ("named", None, analyst, "SELECT", True),
            ("named", "name", analyst, "INSERT", False),
            ("named", "size", analyst, "UPDATE", False),
        ]


@EVERY_ROLE
def test_what_was_taken_away_does_not_come_back_by_default(
    empty_database_url: str, small: Any, analyst: str
) -> None:
    with Database(empty_database_url) as database:
        (small[1] / "20_on_it.sql").write_text(
            "create or replace view counted as select count(*) from named;"
        )
        with database.transaction() as conn:
            conn.execute("create schema hubspot")
            conn.execute(
                f"alter default privileges in schema hubspot grant select on tables to {analyst}"
            )
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute(f"revoke select on named from {analyst}")
        (small[1] / "10_things.sql").write_text(
            "create or replace view named as select size as name from things;"
        )
        migrate(database, *small)
        assert rights_of(database) == [("counted", None, analyst, "SELECT", False)]


def test_a_view_of_yours_that_uses_ours_stops_the_change_and_loses_nothing(
    empty_database_url: str, small: Any
) -> None:
    with Database(empty_database_url) as database:
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute("create view public.yours as select name from named")
        before = schema_of(empty_database_url)
        (small[1] / "10_things.sql").write_text(
            "create or replace view named as select size as name from things;"
        )
        (small[0] / "0002.sql").write_text("create table more (id bigint);")
        with pytest.raises(
            MigrationError, match=r"(?s)cannot drop view named.*yours depends on view named"
        ):
            migrate(database, *small)
    assert schema_of(empty_database_url) == before


def test_a_view_of_yours_survives_when_ours_stay_compatible(
    empty_database_url: str, small: Any
) -> None:
    with Database(empty_database_url) as database:
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute("create view public.yours as select name from named")
        (small[1] / "10_things.sql").write_text(
            "create or replace view named as select name, size from things;"
        )
        migrate(database, *small)
        with database.transaction() as conn:
            assert conn.execute("select * from public.yours").fetchall() == []


@pytest.fixture
def function(small: Any) -> Path:
    """Give a function on the view of the schema in miniature."""
    folder = small[1].parent / FUNCTIONS
    folder.mkdir()
    return folder / "10_names.sql"


COUNTING = """
create or replace function names(letters integer) returns table (name text) language sql stable
    set search_path from current
as $$ select name from named where length(name) >= letters $$;
"""


def test_functions_are_created_after_the_views(
    empty_database_url: str, small: Any, function: Path
) -> None:
    function.write_text(COUNTING)
    with Database(empty_database_url) as database:
        assert migrate(database, *small).views == ["named", "names"]
        assert migrate(database, *small).applied == []
        with database.transaction() as conn:
            assert conn.execute("select * from names(1)").fetchall() == []


@EVERY_ROLE
def test_a_function_is_replaced_when_its_columns_change(
    empty_database_url: str, small: Any, function: Path
) -> None:
    """And so is a view that it reads, whose readers keep their rights."""
    function.write_text(COUNTING)
    with Database(empty_database_url) as database:
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute("grant select on named to public")
        function.write_text(COUNTING.replace("(name text)", "(called text)"))
        migrate(database, *small)
        (small[1] / "10_things.sql").write_text(
            "create or replace view named as select size as name from things;"
        )
        function.write_text(
            COUNTING.replace("(name text)", "(size integer)").replace("length(name)", "name")
        )
        migrate(database, *small)
        with database.transaction() as conn:
            columns = [
                column.name for column in conn.execute("select * from names(1)").description or ()
            ]
            [granted] = conn.execute(
                "select has_table_privilege('pg_monitor', 'named', 'select') as it"
            ).fetchall()
    assert (columns, granted["it"]) == (["size"], True)


@EVERY_ROLE
def test_a_function_with_other_arguments_takes_the_place_of_the_one_before(
    empty_database_url: str, small: Any, function: Path
) -> None:
    """Its callers would find two that fit; and a function whose file is gone goes, too."""
    (function.parent / "gone.sql").write_text(COUNTING.replace("names(", "gone("))
    (function.parent / "used.sql").write_text(COUNTING.replace("names(", "used("))
    function.write_text(COUNTING)
    (function.parent / "short.sql").write_text(
        COUNTING.replace("names(letters integer)", "short()").replace(
            "select name from named where length(name) >= letters", "select name from names(1)"
        )
    )
    with Database(empty_database_url) as database:
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute("create view of_yours as select * from used(1)")
        function.write_text(
            COUNTING.replace("letters integer", "letters integer, most integer default 9")
        )
        for name in ("gone", "used"):
            (function.parent / f"{name}.sql").unlink()
        migrate(database, *small)
        with database.transaction() as conn:
            assert conn.execute("select * from short()").fetchall() == []
            found = conn.execute(
                "select oid::regprocedure::text as form from pg_proc"
                " where proname in ('names', 'gone', 'used') order by 1"
            ).fetchall()
    assert [row["form"] for row in found] == ["names(integer,integer)", "used(integer)"]


@EVERY_ROLE
def test_rights_on_a_view_survive_its_replacement(empty_database_url: str, small: Any) -> None:
    """And our views that selected from it select from current_… now, so the current_… views begin
    with its rights."""
    with Database(empty_database_url) as database:
        migrate(database, *small)
        with database.transaction() as conn:
            conn.execute("grant select on named to public")
        (small[1] / "10_things.sql").write_text(
            "create or replace view named as select size as name from things;"
        )
        (small[1] / "20_now.sql").write_text(
            "create or replace view current_named as select name from things;"
        )
        migrate(database, *small)
        with database.transaction() as conn:
            rights = conn.execute(
                "select has_table_privilege('pg_monitor', 'named', 'select') as old,"
                " has_table_privilege('pg_monitor', 'current_named', 'select') as new"
            ).fetchone()
    assert rights == {"old": True, "new": True}
