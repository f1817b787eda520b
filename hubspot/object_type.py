"""Say what a kind of record is: how HubSpot calls it, and what of it we keep where. The kinds
themselves are listed in objects.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hubspot.columns import CREATED as CREATED_PROPERTY
from hubspot.columns import MERGED_IDS, TIMESTAMP, Column

SHARED_TABLE = "hubspot_objects_raw"  # of a portal's own types
BUILT_IN: dict[str, ObjectType] = {}  # by name; objects.py fills it
MODIFIED = "hs_lastmodifieddate"  # of every type but contacts
# what many types have in common
CREATED = Column("createdate", TIMESTAMP, "hs_createdate")
OWNER = Column("hubspot_owner_id")
STAGES = (Column("pipeline", source="hs_pipeline"), Column("stage", source="hs_pipeline_stage"))
SOLD = ("contacts", "companies", "deals")


@dataclass(frozen=True, slots=True)
class ObjectType:
    """Describe one kind of record: how HubSpot calls it, and what of it we keep where."""

    name: str  # HubSpot's plural path name, and our table's middle name
    singular: str  # as in classic events: contact.creation
    type_id: str  # as in generic events: objectTypeId
    modified: str  # the property that says when a record last changed
    columns: tuple[Column, ...]
    associations: tuple[str, ...] = ()  # the types whose links we keep with each record
    has_pipelines: bool = False
    merges: bool = False  # HubSpot can merge its records
    possible: tuple[str, ...] = ()  # types whose links are kept once the portal has some
    learnt: tuple[str, ...] = ()  # the types of `associations` that were found in this portal
    # a sentence for people who query current_<name>: its view's comment ends with it
    note: str = ""
    shared: bool = False  # has no table of its own: its rows live with those of all others like it
    history: tuple[str, ...] = ()  # properties of which we keep every version
    # properties without a column whose changes HubSpot is to tell us, too
    watched: tuple[str, ...] = ()
    # what people call a record by: the first that has a value; words between spaces are joined
    named_by: tuple[str, ...] = ("name",)
    finds_names: bool = False  # the function records_named finds parts of its names by index
    # most portals have none of it: it is read from the first record or event on
    optional: bool = False
    # many records, looked up by columns; else keys and links alone have indexes
    searched: bool = True
    tells: bool = True  # HubSpot has webhooks of its changes
    scope: str = ""  # the right to read it, where that is not called as the type

    def __hash__(self) -> int:
        """Hash the type's id and name: the whole of it cost a thirtieth of a backfill, for types
        are keys of caches that each record asks."""
        return hash((self.type_id, self.name))

    @property
    def created(self) -> str:
        """Name the property that says when a record was created: activities and custom objects
        have one of their own, and asking for the wrong one silently finds nothing."""
        has_it = any(column.property == CREATED_PROPERTY for column in self.columns)
        return CREATED_PROPERTY if has_it else f"hs_{CREATED_PROPERTY}"

    @property
    def table(self) -> str:
        if self.shared:
            return SHARED_TABLE
        return f"hubspot_{self.name}_raw"

    @property
    def key(self) -> dict[str, str]:
        """Answer the columns that tell its rows from those of other types in its table."""
        if self.shared:
            return {"object_type": self.name}
        return {}

    @property
    def path(self) -> str:
        """Answer the type's name in HubSpot's paths. Short names of a portal's own types are not
        promised to work there."""
        if self.shared:
            return self.singular
        return self.name

    @property
    def needs(self) -> str:
        """Answer the scope without which HubSpot refuses its records."""
        return self.scope or f"crm.objects.{self.name}.read"

    def property_names(self, defined: Iterable[str]) -> list[str]:
        """List the properties to ask for: all that the portal defines, and what we cannot do
        without. Before its definitions are known, our columns are asked for: later one that is not
        defined may be sensitive, and its name would have the whole request refused."""
        known = set(defined) or {column.property for column in self.columns}
        return sorted(known | {self.modified, MERGED_IDS})

    @property
    def phone_columns(self) -> dict[str, str]:
        """Map a phone number's column to the one with its E.164: phone → phone_e164."""
        return {column.name: column.phone for column in self.columns if column.phone}

    @property
    def link_columns(self) -> dict[str, str]:
        """Map an association type to the column of the associated ids: contacts → contact_ids.
        The others stand in raw_json, whose index finds them, and in hubspot_associations."""
        known = [to for to in self.associations if to in BUILT_IN and to not in self.learnt]
        return {to: f"{BUILT_IN[to].singular}_ids" for to in known}

    @property
    def pair_types(self) -> tuple[str, ...]:
        """Answer the association types that have no column: their pairs have a table."""
        return tuple(to for to in self.associations if to not in self.link_columns)
