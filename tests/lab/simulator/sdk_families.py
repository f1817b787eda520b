"""Makes the calls of test_sdk_families with HubSpot's own Python client and prints what came back.

It runs on its own, away from our sources: our package `hubspot` has the name of theirs.
"""

import json
import sys
import tempfile
import urllib.request
from pathlib import Path

from hubspot.communication_preferences import PublicUpdateSubscriptionStatusRequest
from hubspot.crm.exports import PublicExportListRequest
from hubspot.crm.lists import ListCreateRequest
from hubspot.marketing.events import MarketingEventCreateRequestParams
from hubspot.webhooks import (
    SettingsChangeRequest,
    SubscriptionCreateRequest,
    SubscriptionPatchRequest,
    ThrottlingSettings,
)

from hubspot import HubSpot


def lists(client):
    api, members = client.crm.lists.lists_api, client.crm.lists.memberships_api
    asked = ListCreateRequest(name="Fans", object_type_id="0-1", processing_type="MANUAL")
    made = api.create(asked).list
    added = members.add(made.list_id, ["101", "151"])
    members.remove(made.list_id, ["101"])
    api.update_name(made.list_id, list_name="Friends")
    page = members.get_page_ordered_by_added_to_list_date(made.list_id)
    named = api.get_by_name("Friends", "0-1").list.list_id == made.list_id
    of_record = members.get_lists("0-1", "151").results[-1].list_id == made.list_id
    api.remove(made.list_id)
    return [
        added.records_ids_added,
        [each.record_id for each in page.results],
        named and of_record,
        is_gone(lambda: api.get_by_id(made.list_id)),
    ]


def forms(client):
    api = client.marketing.forms.forms_api
    page = api.get_page(_preload_content=False)
    known = json.loads(page.data)["results"][0]["id"]
    changed = api.update(known, {"name": "Renamed"}, _preload_content=False)
    read = json.loads(api.get_by_id(known, _preload_content=False).data)
    api.archive(known)
    gone = is_gone(lambda: api.get_by_id(known, _preload_content=False))
    return [json.loads(changed.data)["name"], read["name"], gone]


def exports(client):
    api = client.crm.exports.public_exports_api
    asked = PublicExportListRequest(
        export_type="LIST", format="CSV", export_name="x", language="EN", list_id="1",
        object_type="CONTACT", object_properties=["email"], associated_object_type=[],
        export_internal_values_options=["NAMES", "VALUES"],
        override_associated_objects_per_definition_per_row_limit=False,
    )  # fmt: skip
    status = api.get_status(api.start(asked).id)
    with urllib.request.urlopen(status.result) as file:
        lines = file.read().decode().splitlines()
    return [status.status, lines[0], len(lines) > 1]


def imports(client):
    api = client.crm.imports.core_api
    columns = {"Mail": "email", "First": "firstname"}
    mappings = [
        {"columnObjectTypeId": "0-1", "columnName": name, "propertyName": to}
        for name, to in columns.items()
    ]
    page = {"hasHeader": True, "columnMappings": mappings}
    file = {"fileName": "people.csv", "fileFormat": "CSV", "fileImportPage": page}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        path.write_text("Mail,First\nnew@import.test,New\nno mail,Odd\nnew@import.test,Newer\n")
        asked = {"name": "people", "files": [file]}
        made = api.create(files=[str(path)], import_request=json.dumps(asked))
    errors = client.crm.imports.public_imports_api.get_errors(int(made.id)).results
    found = client.crm.contacts.basic_api.get_by_id("new@import.test", id_property="email")
    counters = api.get_by_id(int(made.id)).metadata.counters
    return [made.state, counters, len(errors), found.properties["firstname"]]


def webhooks(client):
    client.config["host"], settings = URL, client.webhooks.settings_api
    throttling = ThrottlingSettings(max_concurrent_requests=5)
    target = SettingsChangeRequest(target_url="http://127.0.0.1:9/", throttling=throttling)
    settings.configure(7, target)
    api = client.webhooks.subscriptions_api
    asked = SubscriptionCreateRequest(
        event_type="contact.propertyChange", property_name="email", active=False
    )
    made = api.create(7, asked)
    active = api.update(made.id, 7, SubscriptionPatchRequest(active=True)).active
    listed = [each.event_type for each in api.get_all(7).results]
    api.archive(made.id, 7)
    url = settings.get_all(7).target_url
    settings.clear(7)
    return [active, listed, api.get_all(7).results, url]


def tokens(client):
    api = client.oauth.tokens_api
    given = api.create(
        grant_type="refresh_token", refresh_token="refresh-62515", client_id="a",
        client_secret="b",
    )  # fmt: skip
    own = client.oauth.access_tokens_api.get(given.access_token)
    kept = client.oauth.refresh_tokens_api.get(given.refresh_token)
    HubSpot(access_token=given.access_token)
    return [given.access_token, own.hub_id, kept.hub_id, given.expires_in]


def preferences(client):
    api = client.communication_preferences.status_api
    asked = PublicUpdateSubscriptionStatusRequest(email_address="a@b.test", subscription_id="1")
    api.subscribe(asked)
    read = api.get_email_status("a@b.test").subscription_statuses
    first = next(each.status for each in read if each.id == "1")
    return [first, api.unsubscribe(asked).status, len(read)]


def marketing_events(client):
    api = client.marketing.events.basic_api
    asked = MarketingEventCreateRequestParams(
        event_name="Fair", event_organizer="Us", external_account_id="acc",
        external_event_id="e1", custom_properties=[],
    )  # fmt: skip
    made = api.create(asked)
    read = api.get_details("e1", "acc")
    listed = [each.event_name for each in api.get_all().results]
    api.archive("e1", "acc")
    return [made.event_name, read.attendees, listed, is_gone(lambda: api.get_details("e1", "acc"))]


def is_gone(call):
    try:
        call()
    except Exception as error:
        return error.status == 404
    return False


def main():
    found = {}
    for each in FAMILIES:
        client = HubSpot(access_token="simulated-token")
        client.config["host"] = URL
        try:
            found[each.__name__] = each(client)
        except Exception as error:
            found[each.__name__] = f"{type(error).__name__}: {error}"[:600]
    print(json.dumps(found))


FAMILIES = (
    lists, forms, exports, imports, webhooks, tokens, preferences, marketing_events
)  # fmt: skip
if __name__ == "__main__":
    URL = sys.argv[1]
    main()
