"""The links of a fresh portal: 82 % of deals have a contact, most contacts a company, a quarter of
calls nothing."""

from random import Random

from ..portal import Portal
from .chance import pick


def link_all(portal: Portal, rng: Random, dialled: dict[int, int]) -> None:
    """Link the records; `dialled` says whose number each call went to. One in two records of the
    other types has a contact; products, users and such have none."""
    contacts_to_companies(portal, rng)
    deals_to_contacts(portal, rng)
    deals_to_companies(portal, rng)
    calls_to_others(portal, rng, dialled)
    for name in portal.types:
        if name not in ("contacts", "companies", "deals", "calls"):
            some_to_contacts(portal, rng, name)
    for name in portal.schemas:
        some_to_others(portal, rng, name)


def ids(portal: Portal, name: str) -> list[int]:
    if name in portal.stores:
        return portal.stores[name].live
    return []


def primary(portal: Portal, start: str) -> int:
    return portal.associations.labels_of((start, "companies"))[1].type_id


def contacts_to_companies(portal: Portal, rng: Random) -> None:
    companies, label = ids(portal, "companies"), primary(portal, "contacts")
    for contact in ids(portal, "contacts") if companies else ():
        if rng.random() < 0.62:
            portal.associations.put(
                ("contacts", "companies"), contact, pick(rng, companies), [label]
            )
            if rng.random() < 0.05:
                portal.associations.put(
                    ("contacts", "companies"), contact, pick(rng, companies), ()
                )


def deals_to_contacts(portal: Portal, rng: Random) -> None:
    """Link 82 deals in every hundred, exactly; one in twelve of them has a second contact."""
    contacts = ids(portal, "contacts")
    for place, deal in enumerate(ids(portal, "deals") if contacts else ()):
        if place * 82 % 100 < 82:
            portal.associations.put(("deals", "contacts"), deal, pick(rng, contacts), ())
            if rng.random() < 0.08:
                portal.associations.put(("deals", "contacts"), deal, pick(rng, contacts), ())


def deals_to_companies(portal: Portal, rng: Random) -> None:
    """Link each deal to the company of its contact when there is one, else to any."""
    companies, label = ids(portal, "companies"), primary(portal, "deals")
    for deal in ids(portal, "deals") if companies else ():
        if rng.random() < 0.7:
            contact = next(iter(portal.associations.of("deals", deal, "contacts")), 0)
            company = next(
                iter(portal.associations.of("contacts", contact, "companies")), pick(rng, companies)
            )
            portal.associations.put(("deals", "companies"), deal, company, [label])


def calls_to_others(portal: Portal, rng: Random, dialled: dict[int, int]) -> None:
    """Link most calls to the contact of their number, often to that contact's company and deals as
    well."""
    links = portal.associations
    for call, contact in dialled.items():
        if rng.random() < 0.18:
            continue
        links.put(("calls", "contacts"), call, contact, ())
        for company in links.of("contacts", contact, "companies") if rng.random() < 0.6 else ():
            links.put(("calls", "companies"), call, company, ())
        for deal in links.of("contacts", contact, "deals") if rng.random() < 0.8 else ():
            links.put(("calls", "deals"), call, deal, ())


def some_to_contacts(portal: Portal, rng: Random, name: str) -> None:
    kind = portal.types[name]
    linkable = portal.associations.labels_of((name, "contacts"))
    if kind.optional and "contacts" not in kind.associations:
        return
    contacts = ids(portal, "contacts") if linkable else []
    for record in ids(portal, name) if contacts else ():
        if rng.random() < 0.5:
            portal.associations.put((name, "contacts"), record, pick(rng, contacts), ())


def some_to_others(portal: Portal, rng: Random, name: str) -> None:
    """Link records of custom types to half of everything that their schema allows, contacts
    apart."""
    for to in portal.types[name].associations:
        found = ids(portal, to) if to != "contacts" else []
        for record in ids(portal, name) if found else ():
            if rng.random() < 0.5:
                portal.associations.put((name, to), record, pick(rng, found), ())
