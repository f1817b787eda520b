"""`spoke load-business`: files are checked whole, loaded whole, and may be loaded again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from db.connect import Database
from tests.commands.conftest import Spoke

Rows = Callable[..., list[dict[str, Any]]]
FILES = {
    "users.csv": "\ufeffuser_id,email,client_lifetime_spend,created_at\r\n"
    '1,ann@example.com,10.50,2026-01-31T09:30:00Z\r\n2,"bob, jr.@example.com",,\r\n',
    "teams.csv": "team_name,team_id\nAcme,a\n",
    "team_membership.csv": "team_id,user_id\na,1\na,2\n",
    "transactions.csv": "transaction_id,user_id,amount\nt1,1,99\n\nt2,,1\n",
}


def written(folder: Path, **files: str) -> str:
    for name, text in (FILES | {f"{name}.csv": text for name, text in files.items()}).items():
        (folder / name).write_text(text, newline="")
    return str(folder)


def test_files_are_loaded_and_may_be_loaded_again(run: Spoke, rows: Rows, tmp_path: Path) -> None:
    said = run("load-business", written(tmp_path))
    assert said.output.splitlines() == [
        "business.users: 2 rows, of which 2 are new or differ.",
        "business.teams: 1 rows, of which 1 are new or differ.",
        "business.team_membership: 2 rows, of which 2 are new or differ.",
        "business.transactions: 2 rows, of which 2 are new or differ.",
    ]
    (tmp_path / "teams.csv").unlink()
    said = run("load-business", written(tmp_path, users="user_id,email\n1,new@example.com\n"))
    assert "business.users: 1 rows, of which 1 are new or differ." in said.output
    assert "team_membership: 2 rows, of which 0 are new" in said.output
    assert "transactions: 2 rows, of which 0 are new" in said.output
    assert rows(
        "select user_id, email, client_lifetime_spend::text as spend from business.users order by 1"
    ) == [
        {"user_id": "1", "email": "new@example.com", "spend": "10.50"},
        {"user_id": "2", "email": "bob, jr.@example.com", "spend": None},
    ]
    found = rows("select team_id, user_id from business.team_membership order by 2")
    assert found == [{"team_id": "a", "user_id": "1"}, {"team_id": "a", "user_id": "2"}]


MISTAKES = [
    ("users", "user_id,emial\n1,x\n", "users.csv:1: no column 'emial'; there are user_id, email"),
    ("users", "email\nx\n", "users.csv:1: the key user_id is missing"),
    ("users", "user_id,user_id\n1,1\n", "users.csv:1: a column comes twice"),
    ("users", "", "users.csv:1: the key user_id is missing"),
    ("users", "user_id,email\n1,x\n2\n", "users.csv:3: 1 values for 2 columns"),
    ("users", 'user_id,email\n1,"x\ny"\n2\n', "users.csv:4: 1 values for 2 columns"),
    ("users", "user_id,email\n1,x\n2,y\n ,z\n", "users.csv:4: user_id must not be empty"),
    ("users", "user_id\n1\n2\n1 \n", "users.csv:4: 1 is on line 2 already"),
    (
        "users",
        "user_id,client_lifetime_spend\n1,ten\n2,1\n",
        "users.csv:2: client_lifetime_spend is 'ten', not a number",
    ),
    (
        "users",
        "user_id,client_lifetime_spend\n1,NaN\n2,1\n",
        "users.csv:2: client_lifetime_spend is 'NaN', not a number",
    ),
    ("users", "user_id,created_at\n1,soon\n2,\n", "users.csv:2: created_at is 'soon', not a time"),
    ("users", 'user_id,email\n1,"x\n2,y', "users.csv:3: unexpected end of data"),
    (
        "team_membership",
        "team_id,user_id\na,1\nb,1\n",
        "team_membership.csv:3: team_id b is in no teams.csv and not in business.teams",
    ),
    (
        "transactions",
        "transaction_id,user_id\nt1,3\n",
        "transactions.csv:2: user_id 3 is in no users.csv and not in business.users",
    ),
]


def test_a_mistake_is_named_and_keeps_everything_out(
    run: Spoke, rows: Rows, tmp_path: Path
) -> None:
    for table, text, mistake in MISTAKES:
        said = run("load-business", written(tmp_path, **{table: text}))
        assert said.exit_code == 1
        assert "Nothing was loaded." in said.output and mistake in said.output, said.output
    (tmp_path / "users.csv").write_bytes(b"user_id,email\n1,\xe4\n")
    assert "users.csv: byte 17 is not UTF-8" in run("load-business", str(tmp_path)).output
    assert rows("select from business.teams union all select from business.users") == []


def test_many_mistakes_are_counted(run: Spoke, tmp_path: Path) -> None:
    text = "user_id,created_at\n" + "".join(f"{each},soon\n" for each in range(30))
    said = run("load-business", written(tmp_path, users=text, team_membership="team_id,user_id\n"))
    assert said.output.splitlines()[-1] == "and 10 more mistakes"


def test_a_folder_without_files_and_views_are_refused(
    run: Spoke, database: Database, tmp_path: Path
) -> None:
    assert "holds none of users.csv, teams.csv" in run("load-business", str(tmp_path)).output
    with database.transaction() as conn:
        conn.execute("alter table business.teams rename to real_teams")
        conn.execute("create view business.teams as select * from business.real_teams")
    said = run("load-business", written(tmp_path))
    assert "business.teams is a view: load the tables behind it" in said.output


def test_a_rule_of_the_companys_own_is_told(run: Spoke, database: Database, tmp_path: Path) -> None:
    with database.transaction() as conn:
        conn.execute("alter table business.users add check (email <> 'ann@example.com')")
    said = run("load-business", written(tmp_path))
    assert said.exit_code == 1 and "users.csv: new row for relation" in said.output
