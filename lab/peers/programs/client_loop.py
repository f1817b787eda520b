"""Copy contacts, with their links to companies and deals, by HubSpot's Python client in a plain
loop: a page, its rows in one statement, a commit, the next page."""

import os

import psycopg
from psycopg.types.json import Jsonb

from hubspot import HubSpot

TABLE = """
    create table if not exists client_loop_contacts
        (id text primary key, properties jsonb, companies text[], deals text[],
         created_at timestamptz, updated_at timestamptz)
"""
UPSERT = """
    insert into client_loop_contacts values (%s, %s, %s, %s, %s, %s)
        on conflict (id) do update
       set properties = excluded.properties, companies = excluded.companies, deals = excluded.deals,
           created_at = excluded.created_at, updated_at = excluded.updated_at
"""


def main():
    client = HubSpot(access_token=os.environ["SPOKE_PEER_TOKEN"])
    client.config["host"] = os.environ["SPOKE_PEER_HUBSPOT"]
    names = [one.name for one in client.crm.properties.core_api.get_all("contacts").results]
    with psycopg.connect(os.environ["SPOKE_PEER_DATABASE"]) as conn:
        conn.execute(TABLE)
        for page in pages(client, names):
            with conn.cursor() as cursor:
                cursor.executemany(UPSERT, [row(record) for record in page])
            conn.commit()


def pages(client, names):
    after = None
    while True:
        page = client.crm.contacts.basic_api.get_page(
            limit=100, after=after, properties=names, associations=["companies", "deals"]
        )
        yield page.results
        if page.paging is None or page.paging.next is None:
            return
        after = page.paging.next.after


def row(record):
    links = record.associations or {}
    ids = [ids_of(links.get(name)) for name in ("companies", "deals")]
    return record.id, Jsonb(record.properties), *ids, record.created_at, record.updated_at


def ids_of(listed):
    return list(dict.fromkeys(one.id for one in listed.results)) if listed else []


if __name__ == "__main__":
    main()
