"""Names in any script link in a database of locale "C", which knows the letters of English only."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from db.connect import Database
from db.migrate import migrate
from lab import embedded
from tests.databases import WORKER, at

from .conftest import Crm

NAMES = [
    ("Müller GmbH", "MUELLER"),
    ("\u041e\u041e\u041e Ромашка", "РОМАШКА"),
    ("Ελληνική Τράπεζα", "ελληνικη τραπεζα"),
    ("株式会社 山田製作所", "山田製作所"),
    ("مصرف الراجحي", "مصرف الراجحي"),
    ("Çelik Çimento A.Ş.", "Celik Cimento"),
]


@pytest.fixture
def locale_c(servers: embedded.Servers) -> Iterator[Database]:
    """Give a migrated database of locale "C", on a server of any locale."""
    name = f"spoke_locale_c_{WORKER}"
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"drop database if exists {name} with (force)".encode())
        conn.execute(
            f"create database {name} template template0 encoding 'UTF8' locale 'C'".encode()
        )
    try:
        with Database(at(servers.database_url, name)) as database:
            migrate(database)
            yield database
    finally:
        with psycopg.connect(servers.database_url, autocommit=True) as conn:
            conn.execute(f"drop database {name} with (force)".encode())


def test_names_in_any_script_link(locale_c: Database) -> None:
    with locale_c.transaction() as conn:
        crm = Crm(conn)
        for number, (company, team) in enumerate(NAMES):
            crm.company(str(number), company)
            crm.team(f"t{number}", team)
        linked = crm.settled("team_spending", "company_id, team_id, link_rule")
    assert linked == [(str(number), f"t{number}", "exact") for number in range(len(NAMES))]
