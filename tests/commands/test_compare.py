"""`spoke compare`: copies laid out as other programs lay them out, whole and damaged."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hubspot.objects import CONTACTS, DEALS
from tests.commands.conftest import Spoke
from tests.processes import Simulator
from tests.workers.conftest import arrive
from workers.context import Context
from workers.definitions import refresh

Made = tuple[list[str], list[str]]  # contacts, deals

# Each layout as its program's documentation or tables show it, filled from our rows.
FIVETRAN = """
    create table {s}.contact as
      select hubspot_id::bigint as id, false as _fivetran_deleted, now() as _fivetran_synced,
             firstname as property_firstname, email as property_email,
             createdate as property_createdate
        from hubspot.hubspot_contacts_raw where not archived;
    create table {s}.deal as
      select hubspot_id::bigint as deal_id, false as is_deleted, now() as _fivetran_synced,
             dealname as property_dealname, amount::float8 as property_amount
        from hubspot.hubspot_deals_raw where not archived;
    create table {s}.deal_contact as
      select hubspot_id::bigint as deal_id, unnest(contact_ids)::bigint as contact_id, 3 as type_id
        from hubspot.hubspot_deals_raw where not archived;
"""
AIRBYTE = """
    create table {s}.contacts as
      select hubspot_id as id, archived, now() as _airbyte_extracted_at,
             firstname as properties_firstname, email as properties_email,
             to_jsonb(company_ids) as companies
        from hubspot.hubspot_contacts_raw where not archived;
    create table {s}.deals as
      select hubspot_id as id, archived, now() as _airbyte_extracted_at,
             raw_json->'properties' as properties, to_jsonb(contact_ids) as contacts
        from hubspot.hubspot_deals_raw where not archived;
"""
SCRIPT = """
    create table {s}.hubspot_contacts as
      select hubspot_id, raw_json::text::json as raw_json, now() as synced_at
        from hubspot.hubspot_contacts_raw where not archived;
    create view {s}.hubspot_deals as
      select hubspot_id as deal_id, dealname, amount::text, contact_ids, now() as loaded_at
        from hubspot.hubspot_deals_raw where not archived;
"""
LAYOUTS = {"fivetran": FIVETRAN, "airbyte": AIRBYTE, "script": SCRIPT}
DAMAGE = """
    delete from fivetran.contact where id = {gone};
    update fivetran.contact set property_firstname = 'Stale',
           _fivetran_synced = now() - interval '1 day' where id = {stale};
    update fivetran.contact set property_email = 'wrong@example.com',
           _fivetran_synced = now() + interval '1 day' where id = {wrong};
    update fivetran.contact set _fivetran_deleted = true where id = {hidden};
    insert into fivetran.contact (id, property_firstname) values (999999999, '=unknown()');
    insert into fivetran.contact select * from fivetran.contact where id = {wrong};
    delete from fivetran.deal_contact where deal_id = {deal};
    insert into fivetran.deal_contact values ({deal}, {hidden}, 3);
"""


@pytest.fixture
def made(context: Context, simulator: Simulator) -> Iterator[Made]:
    """Mirror four contacts and a deal with one of them."""
    contacts = [
        simulator.create("contacts", {"firstname": f"Person {n}", "email": f"p{n}@example.com"})
        for n in range(5)
    ]
    deal = simulator.create("deals", {"dealname": "Deal", "amount": "1200.50"})
    path = f"/crm/objects/2026-09/deals/{deal}/associations/default/contacts/{contacts[0]}"
    simulator.call("PUT", path)
    arrive(context, simulator)
    refresh(context, context.portals()[0])
    yield contacts, [deal]
    for name, ids in ((CONTACTS.name, contacts), (DEALS.name, [deal])):
        for each in ids:
            simulator.call("DELETE", f"/crm/objects/2026-09/{name}/{each}")
    arrive(context, simulator)


@pytest.fixture
def copied(context: Context, made: Made) -> Callable[[str], None]:
    """Copy what is mirrored as a program would."""

    def copy(program: str) -> None:
        with context.database.transaction() as conn:
            conn.execute(f"create schema {program}".encode())
            conn.execute(LAYOUTS[program].format(s=program).encode())

    return copy


@pytest.mark.parametrize("program", LAYOUTS)
def test_a_whole_copy_has_no_difference(
    run: Spoke, made: Made, copied: Callable[[str], None], program: str
) -> None:
    copied(program)
    told = run("compare", "--with", program)
    assert told.exit_code == 0, told.output
    assert told.output.count("no difference") == 2
    assert "links to contacts" in told.output


def test_each_damage_is_told_by_kind_and_id(
    run: Spoke, context: Context, made: Made, copied: Callable[[str], None], tmp_path: Path
) -> None:
    contacts, [deal] = made
    copied("fivetran")
    names = ("gone", "stale", "wrong", "hidden")
    ids = dict(zip(names, contacts, strict=False)) | {"deal": deal}
    with context.database.transaction() as conn:
        conn.execute(DAMAGE.format(**ids).encode())
        # merged away in HubSpot, which the copy never heard of
        conn.execute(
            b"update hubspot_contacts_raw set merged_into = %s where hubspot_id = %s",
            [contacts[0], contacts[4]],
        )
    file = tmp_path / "differences.csv"
    told = run("compare", "--with", "fivetran", "--csv", str(file))
    assert told.exit_code == 1
    rows = list(csv.DictReader(file.open()))
    found = {(row["kind"], row["object_type"], row["hubspot_id"], row["what"]) for row in rows}
    assert found == {
        ("missing", "contacts", contacts[0], ""),
        ("stale", "contacts", contacts[1], "firstname"),
        ("different", "contacts", contacts[2], "email"),
        ("twice", "contacts", contacts[2], ""),
        ("hidden", "contacts", contacts[3], ""),
        ("left over", "contacts", contacts[4], ""),
        ("left over", "contacts", "999999999", ""),
        ("link missing", "deals", deal, "contacts"),
        ("link left over", "deals", deal, "contacts"),
    }
    assert "stale                   1  a value changed in HubSpot" in told.output
    assert "no column for" in told.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--with", "nowhere"), "There is no schema nowhere"),
        (("--with", "business"), "No table was recognized in schema business"),
        (("--with", "business", "--type", "robots"), "There is no object type robots"),
    ],
)
def test_what_cannot_be_compared_is_said(
    run: Spoke, context: Context, arguments: tuple[str, ...], words: str
) -> None:
    told = run("compare", *arguments)
    assert told.exit_code == 1 and words in told.output
