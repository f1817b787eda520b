"""The views of sql/dbt answer as the end models of the dbt package do, from the same records."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from db import dbt_schema
from db.migrate import VIEWS
from db.queries import QUERIES
from db.rebuild import Source, sources

from .conftest import Crm

FOLDER = VIEWS.parent / dbt_schema.FOLDER
PAGE = (Path(__file__).parents[2] / "docs" / "dbt.md").read_text()
PACKAGE: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "package.toml").read_text())
OF_OURS = {"hubspot__engagement_links", "hubspot__owners"}
FILES = [each for each in sources(VIEWS) if each.has_model]
# What people did: type of record, its id, its own columns → how the package calls it.
DONE = (
    ("calls", "1", {"contact_ids": ["11", "12"], "deal_ids": ["31"]}, "CALL"),
    ("calls", "2", {"contact_ids": ["11"], "archived": True}, "CALL"),
    ("emails", "3", {"contact_ids": ["11"], "direction": "INCOMING_EMAIL"}, "INCOMING_EMAIL"),
    ("emails", "4", {"company_ids": ["21"], "direction": "EMAIL"}, "EMAIL"),
    ("emails", "5", {"deal_ids": ["31"], "direction": "FORWARDED_EMAIL"}, "FORWARDED_EMAIL"),
    ("emails", "6", {"deal_ids": ["31"]}, "EMAIL"),
    ("meetings", "7", {"company_ids": ["21", "22"], "deal_ids": ["31", "32"]}, "MEETING"),
    ("notes", "8", {"contact_ids": ["12"], "body": "Well"}, "NOTE"),
    ("tasks", "9", {"deal_ids": ["31"], "contact_ids": ["x"]}, "TASK"),
    ("communications", "91", {"contact_ids": ["11"], "body": "Hi"}, "COMMUNICATION"),
)
TYPES = ("NOTE", "TASK", "CALL", "MEETING", "EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL")
COUNTS = ", ".join(f"count_engagement_{each.lower()}s" for each in TYPES)


def moment(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def fill(crm: Crm) -> None:
    """Fill a portal: 31 is a deal of an owner in two teams, 32 is archived, 33 merged into 31."""
    crm.portal()
    crm.pipeline("sales", ("new", "false", "0.2"), ("won", "true", "1.0"))
    teams = [{"id": "6", "name": "West", "primary": True}, {"id": "5", "name": "All"}]
    told = {"userId": 70, "teams": teams}
    crm.owner("7", "Ann", lastname="Lee", email="ann@example.com", raw_json=Jsonb(told))
    crm.owner("8", None)
    crm.contact("11", {"jobtitle": "CEO", "annualrevenue": "1,000.50"}, firstname="Bo")
    crm.contact("12", archived=True)
    crm.contact("13", merged_into="11")
    for number in ("21", "22"):
        crm.company(number, f"Acme {number}", annualrevenue=number)
    stands = {"pipeline": "sales", "createdate": moment(1)}
    crm.deal("31", 50, properties={"hs_merged_object_ids": "33;31", "description": "Big"},
             dealname="One", dealstage="won", hubspot_owner_id="7", **stands)  # fmt: skip
    crm.deal("32", archived=True, archived_at=moment(9), dealstage="gone", **stands)
    crm.deal("33", merged_into="31")
    for object_type, hubspot_id, columns, _ in DONE:
        crm.record(object_type, hubspot_id, **columns)
    crm.stage("open", closed=False, probability="", object_type="tickets")
    crm.record("tickets", "41", pipeline="open", pipeline_stage="open", hubspot_owner_id="8",
               deal_ids=["32", "31", "99"], company_ids=[])  # fmt: skip
    link = {"portal_id": crm.portal_id, "type_id": 1, "category": "HUBSPOT_DEFINED"}
    ends = ("tickets", "41", "notes", "8"), ("notes", "8", "tickets", "41")
    for from_type, from_id, to_type, to_id in ends:
        columns = {"from_type": from_type, "from_id": from_id, "to_type": to_type, "to_id": to_id}
        crm.insert("hubspot_associations", link | columns)
    past(crm, "deals", "31", "dealstage", (1, "new"), (4, "won"), (5, "won"))
    past(crm, "deals", "31", "pipeline", (1, "sales"))
    past(crm, "deals", "33", "dealstage", (1, "new"))
    past(crm, "companies", "21", "industry", (6, "Iron"))
    past(crm, "contacts", "11", "lifecyclestage", (2, "lead"), (3, "customer"))


def past(crm: Crm, object_type: str, hubspot_id: str, name: str, *values: tuple[int, str]) -> None:
    of = {"portal_id": crm.portal_id, "object_type": object_type, "hubspot_id": hubspot_id}
    for day, value in values:
        version = {"property": name, "changed_at": moment(day), "value": value, "source": "CRM_UI"}
        crm.insert("property_history", of | version)


@pytest.fixture
def portal(crm: Crm) -> Crm:
    fill(crm)
    return crm


def found(crm: Crm, model: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    return crm.rows(f"(select * from hubspot_dbt.{model} where {where}) as model", columns)


@pytest.mark.parametrize("each", FILES, ids=lambda each: each.names[0])
def test_a_model_is_a_file_with_the_packages_columns_that_the_page_names(
    each: Source, crm: Crm
) -> None:
    """Ours beside them are named, too. `empty` columns are NULL with a type of their own."""
    [name] = each.names
    assert Path(each.file) == Path(dbt_schema.FOLDER, f"{name}.sql")
    assert "with (security_invoker = true) as\n" in each.text
    said = f"obj_description('hubspot_dbt.{name}'::regclass) as said"
    assert crm.rows(f"(select {said}) as comment") == [(each.header,)]
    assert f"`{name}`" in PAGE
    columns = dict(crm.rows("information_schema.columns where table_schema = 'hubspot_dbt'"
                            f" and table_name = '{name}'", "column_name, data_type"))  # fmt: skip
    package = PACKAGE.get(name, {"columns": "", "empty": ""})
    missing = {"portal_id", *package["columns"].split()} - columns.keys()
    assert missing == set()
    assert [column for column in package["empty"].split() if f"`{column}`" not in PAGE] == []


def test_the_query_of_the_page_finds_the_deals_that_are_not_deleted(portal: Crm) -> None:
    [query] = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    rows = portal.conn.execute(query).fetchall()
    assert [tuple(row.values()) for row in rows] == [("Ann Lee", "Sales", 1, 50)]


def test_the_list_is_of_the_models_that_are_here() -> None:
    assert {each.names[0] for each in FILES} - OF_OURS == PACKAGE.keys()


def counted(column: str, hubspot_id: str) -> tuple[int, ...]:
    """Count the engagements of a record, as plainly as can be."""
    kinds = Counter(
        kind
        for _, _, columns, kind in DONE
        if hubspot_id in columns.get(column, []) and not columns.get("archived")  # type: ignore
    )
    return tuple(kinds[each] for each in TYPES)


@pytest.mark.parametrize("one, many, ids", [("contact", "contacts", ("11", "12")),
                                            ("company", "companies", ("21", "22")),
                                            ("deal", "deals", ("31", "32"))])  # fmt: skip
def test_records_are_there_once_with_the_engagements_that_are_theirs(
    portal: Crm, other_crm: Crm, one: str, many: str, ids: tuple[str, ...]
) -> None:
    """Archived ones are there and say so, merged ones are not."""
    fill(other_crm)
    expected = [(int(each), *counted(f"{one}_ids", each)) for each in ids]
    asked = f"{one}_id, {COUNTS}"
    assert found(portal, f"hubspot__{many}", asked, "source_relation = '1'") == expected
    deleted = [row[0] for row in found(portal, f"hubspot__{many}", f"is_{one}_deleted")]
    assert sum(deleted) == (0 if one == "company" else 2)


def test_a_deal_has_the_words_of_its_pipeline_and_owner(portal: Crm) -> None:
    columns = (
        "deal_id, deal_name, amount, description, merged_deal_ids, pipeline_label, "
        "pipeline_stage_label, is_pipeline_active, is_deal_pipeline_stage_deleted, owner_id, "
        "owner_full_name, owner_active_user_id, owner_primary_team_name, owner_all_team_ids"
    )
    said = "Sales", "Won", True, False, 7, "Ann Lee", 70, "West", "5,6"
    nobody = (None,) * 5
    assert found(portal, "hubspot__deals", columns) == [
        (31, "One", 50, "Big", [33], *said),
        (32, None, 100, None, None, "Sales", None, True, False, *nobody),
    ]


def test_stages_and_histories_are_the_ones_that_are_kept(portal: Crm) -> None:
    columns = (
        "deal_stage_id, date_stage_entered, date_stage_exited, pipeline_stage_label, source, "
        "is_stage_active, is_pipeline_stage_closed, pipeline_stage_probability"
    )
    fifth, whole = Decimal("0.2"), 1
    assert found(portal, "hubspot__deal_stages", columns) == [
        ("31-1", moment(1), moment(4), "New", "CRM_UI", False, False, fifth),
        ("31-2", moment(4), None, "Won", "CRM_UI", True, True, whole),
    ]
    columns = "field_name, new_value, valid_from, valid_to"
    assert found(portal, "hubspot__deal_history", columns, "deal_id = 31") == [
        ("dealstage", "new", moment(1), moment(4)),
        ("dealstage", "won", moment(4), moment(5)),
        ("dealstage", "won", moment(5), None),
        ("pipeline", "sales", moment(1), None),
    ]
    assert found(portal, "hubspot__deal_history", "1 as one", "deal_id = 33") == []
    assert found(portal, "hubspot__contact_history", "contact_id, new_value, valid_to") == [
        (11, "customer", None),
        (11, "lead", moment(3)),
    ]
    assert found(portal, "hubspot__company_history", columns) == [
        ("industry", "Iron", moment(6), None)
    ]
    ids = "count(*) - count(distinct id) as twice"
    assert found(portal, "hubspot__deal_history", ids) == [(0,)]


def test_engagements_are_all_there_with_their_links(portal: Crm) -> None:
    def ids(columns: dict[str, Any], end: str) -> list[int | None] | None:
        given = columns.get(f"{end}_ids")
        return given and [int(each) if each.isdigit() else None for each in given]

    expected = [
        (int(number), kind, *(ids(columns, end) for end in ("contact", "deal", "company")),
         not columns.get("archived"))
        for _, number, columns, kind in DONE
    ]  # fmt: skip
    columns = "engagement_id, engagement_type, contact_ids, deal_ids, company_ids, is_active"
    assert found(portal, "hubspot__engagements", columns) == expected
    by_type = [each[0] for each in DONE]
    for name in ("calls", "emails", "meetings", "notes", "tasks", "communications"):
        model = f"hubspot__engagement_{name}".replace("communications", "communication")
        rows = found(portal, model, "engagement_id")
        assert len(rows) == by_type.count(name)
    assert found(portal, "hubspot__engagement_notes", "note") == [("Well",)]


def test_a_ticket_and_a_contact_say_what_they_are(portal: Crm) -> None:
    columns = (
        "ticket_id, ticket_state, owner_id, owner_full_name, deal_ids, deal_names, company_ids, "
        "company_names, count_engagement_notes, count_engagement_calls"
    )
    assert found(portal, "hubspot__tickets", columns) == [
        (41, "OPEN", 8, None, ["32", "31", "99"], ["", "One", ""], [], None, 1, 0)
    ]
    empty = ", ".join(PACKAGE["hubspot__contacts"]["empty"].split())
    columns = f"first_name, job_title, company_annual_revenue, {empty}"
    nothing = (None,) * len(empty.split(","))
    told = Decimal("1000.5")
    rows = found(portal, "hubspot__contacts", columns, "contact_id = 11")
    assert rows == [("Bo", "CEO", told, *nothing)]


def test_readers_see_the_models_of_their_portal_alone(portal: Crm, other_crm: Crm) -> None:
    fill(other_crm)
    asked = {"portals": "2", "role": "spoke_reader", "timeout": "0"}
    portal.conn.execute(QUERIES["become_reader"], asked)
    portals = {
        name: tuple(found(portal, name, "distinct portal_id"))
        for name in (each.names[0] for each in FILES)
    }
    assert set(portals.values()) == {((2,),)}
