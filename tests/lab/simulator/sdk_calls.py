"""Makes the calls of test_sdk with HubSpot's own Python client and prints what came back.

It runs on its own, away from our sources: our package `hubspot` has the name of theirs.
"""

import json
import sys

from hubspot.crm.associations import v4
from hubspot.crm.contacts import (
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.contacts.exceptions import NotFoundException

from hubspot import HubSpot


def main(url: str) -> None:
    client = HubSpot(access_token="simulated-token")
    client.config["host"] = url
    contacts = client.crm.contacts
    page = contacts.basic_api.get_page(
        limit=3, properties=["email", "phone"], associations=["companies"]
    )
    created = contacts.basic_api.create(
        SimplePublicObjectInputForCreate(properties={"firstname": "Ada"})
    )
    change = SimplePublicObjectInput(properties={"firstname": "Eva"})
    updated = contacts.basic_api.update(created.id, change)
    ids = [SimplePublicObjectId(id=created.id), SimplePublicObjectId(id="7")]
    wanted = BatchReadInputSimplePublicObjectId(
        inputs=ids, properties=["firstname"], properties_with_history=[]
    )
    read = contacts.batch_api.read(wanted)
    linked = links(client, created.id)
    filters = [{"propertyName": "hs_object_id", "operator": "EQ", "value": created.id}]
    request = PublicObjectSearchRequest(
        filter_groups=[{"filters": filters}], properties=["firstname"], limit=5
    )
    found = contacts.search_api.do_search(request)
    contacts.basic_api.archive(created.id)
    print(
        json.dumps(
            {
                "listed": [record.id for record in page.results],
                "after": page.paging.next.after,
                "updated": updated.properties["firstname"],
                "later": updated.updated_at >= created.created_at,
                "read": [record.properties["firstname"] for record in read.results],
                "missing": read.errors[0].context["ids"],
                "linked": linked,
                "found": [record.id for record in found.results] == [created.id],
                "archived": is_gone(contacts, created.id),
                "stages": [
                    stage.id
                    for stage in client.crm.pipelines.pipelines_api.get_all("deals")
                    .results[0]
                    .stages
                ],
                "owners": len(client.crm.owners.owners_api.get_page(limit=100).results),
                "properties": len(client.crm.properties.core_api.get_all("contacts").results) >= 50,
                "calls": len(client.crm.objects.basic_api.get_page("calls", limit=4).results),
            }
        )
    )


def links(client: HubSpot, contact_id: str) -> list[list[int]]:
    """Links the contact to a company as its primary one, and reads the type ids back."""
    spec = v4.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)
    ends = {"_from": v4.PublicObjectId(id=contact_id), "to": v4.PublicObjectId(id="101")}
    batch = client.crm.associations.v4.batch_api
    link = v4.PublicAssociationMultiPost(types=[spec], **ends)
    batch.create("contacts", "companies", v4.BatchInputPublicAssociationMultiPost(inputs=[link]))
    wanted = v4.PublicFetchAssociationsBatchRequest(id=contact_id)
    request = v4.BatchInputPublicFetchAssociationsBatchRequest(inputs=[wanted])
    results = batch.get_page("contacts", "companies", request).results
    return [
        [kind.type_id for kind in to.association_types] for result in results for to in result.to
    ]


def is_gone(contacts: HubSpot, contact_id: str) -> bool:
    try:
        contacts.basic_api.get_by_id(contact_id)
    except NotFoundException:
        return contacts.basic_api.get_by_id(contact_id, archived=True).archived
    return False


if __name__ == "__main__":
    main(sys.argv[1])
