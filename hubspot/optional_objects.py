"""List the kinds of records that most portals have none of, as data: see objects.py.

Such a type costs a portal without it one small request a day. It is read like any other from its
first record or event on. Its table holds few records, and has few indexes: docs/object-types.md.
Properties: the guides under https://developers.hubspot.com/docs/api-reference/latest/crm/objects
"""

from dataclasses import replace

from hubspot.columns import BOOLEAN, INTEGER, NUMERIC, TIMESTAMP, Column
from hubspot.commerce_objects import COMMERCE
from hubspot.object_type import CREATED, MODIFIED, OWNER, SOLD, STAGES, ObjectType

ACTIVITIES = ("calls", "emails", "meetings", "notes", "tasks")

LEADS = ObjectType(
    "leads",
    "lead",
    "0-136",
    MODIFIED,
    (
        Column("name", source="hs_lead_name"),
        Column("lead_type", source="hs_lead_type"),
        Column("label", source="hs_lead_label"),
        OWNER,
        *STAGES,
        CREATED,
    ),
    associations=SOLD,
    possible=ACTIVITIES,
    has_pipelines=True,
    named_by=("hs_lead_name",),
)

COMMUNICATIONS = ObjectType(
    "communications",
    "communication",
    "0-18",
    MODIFIED,
    (
        Column("channel", source="hs_communication_channel_type"),
        Column("logged_from", source="hs_communication_logged_from"),
        Column("body", source="hs_communication_body"),
        Column("communication_timestamp", TIMESTAMP, "hs_timestamp"),
        OWNER,
        CREATED,
    ),
    associations=SOLD,
    possible=("tickets",),
    named_by=("hs_communication_body",),
    scope="crm.objects.contacts.read",
    note="WhatsApp, LinkedIn and text messages that people logged.",
)

GOAL_TARGETS = ObjectType(
    "goal_targets",
    "goal_target",
    "0-74",
    MODIFIED,
    (
        Column("name", source="hs_goal_name"),
        Column("target_amount", NUMERIC, "hs_target_amount"),
        Column("starts_at", TIMESTAMP, "hs_start_datetime"),
        Column("ends_at", TIMESTAMP, "hs_end_datetime"),
        Column("created_by_user_id", source="hs_created_by_user_id"),
        Column("goal_id", source="hs_group_correlation_uuid"),
        CREATED,
    ),
    named_by=("hs_goal_name",),
    scope="crm.objects.goals.read",
    note="One row for each period of a goal: goal_id joins them.",
)

APPOINTMENTS = ObjectType(
    "appointments",
    "appointment",
    "0-421",
    MODIFIED,
    (
        Column("name", source="hs_appointment_name"),
        Column("status", source="hs_appointment_status"),
        Column("starts_at", TIMESTAMP, "hs_appointment_start"),
        Column("ends_at", TIMESTAMP, "hs_appointment_end"),
        OWNER,
        *STAGES,
        CREATED,
    ),
    associations=SOLD,
    possible=("tickets", "services", *ACTIVITIES),
    has_pipelines=True,
    named_by=("hs_appointment_name",),
)

COURSES = ObjectType(
    "courses",
    "course",
    "0-410",
    MODIFIED,
    (
        Column("name", source="hs_course_name"),
        Column("course_id", source="hs_course_id"),
        Column("enrollment_capacity", INTEGER, "hs_enrollment_capacity"),
        OWNER,
        *STAGES,
        CREATED,
    ),
    associations=SOLD,
    possible=("tickets", *ACTIVITIES),
    has_pipelines=True,
    named_by=("hs_course_name",),
)

LISTINGS = ObjectType(
    "listings",
    "listing",
    "0-420",
    MODIFIED,
    (
        Column("name", source="hs_name"),
        Column("price", NUMERIC, "hs_price"),
        Column("listing_type", source="hs_listing_type"),
        Column("city", source="hs_city"),
        Column("state", source="hs_state_province"),
        OWNER,
        *STAGES,
        CREATED,
    ),
    associations=SOLD,
    possible=("tickets", "appointments", *ACTIVITIES),
    has_pipelines=True,
    named_by=("hs_name",),
)

SERVICES = ObjectType(
    "services",
    "service",
    "0-162",
    MODIFIED,
    (
        Column("name", source="hs_name"),
        Column("category", source="hs_category"),
        Column("total_cost", NUMERIC, "hs_total_cost"),
        Column("amount_paid", NUMERIC, "hs_amount_paid"),
        Column("starts_at", TIMESTAMP, "hs_start_date"),
        Column("target_end_at", TIMESTAMP, "hs_target_end_date"),
        Column("closed_at", TIMESTAMP, "hs_close_date"),
        OWNER,
        *STAGES,
        CREATED,
    ),
    associations=SOLD,
    possible=("tickets", *ACTIVITIES),
    has_pipelines=True,
    named_by=("hs_name",),
)

PROJECTS = ObjectType(
    "projects",
    "project",
    "0-970",
    MODIFIED,
    (
        Column("name", source="hs_name"),
        Column("status", source="hs_status"),
        Column("starts_at", TIMESTAMP, "hs_start_date"),
        Column("target_end_at", TIMESTAMP, "hs_target_due_date"),
        OWNER,
        *STAGES,
        CREATED,
    ),
    associations=SOLD,
    possible=("tickets", "services", *ACTIVITIES),
    has_pipelines=True,
    tells=False,
    note="HubSpot sends no webhooks of projects: the hourly reconcile brings their changes.",
    named_by=("hs_name",),
)

FEEDBACK_SUBMISSIONS = ObjectType(
    "feedback_submissions",
    "feedback_submission",
    "0-19",
    MODIFIED,
    (
        Column("survey_name", source="hs_survey_name"),
        Column("survey_type", source="hs_survey_type"),
        Column("channel", source="hs_survey_channel"),
        Column("value", NUMERIC, "hs_value"),
        Column("sentiment", source="hs_sentiment"),
        Column("content", source="hs_content"),
        Column("submitted_at", TIMESTAMP, "hs_submission_timestamp"),
        CREATED,
    ),
    associations=("contacts",),
    possible=("companies", "tickets"),
    named_by=("hs_survey_name",),
)

USERS = ObjectType(
    "users",
    "user",
    "0-115",
    MODIFIED,
    (
        Column("email", source="hs_email"),
        Column("firstname", source="hs_given_name"),
        Column("lastname", source="hs_family_name"),
        Column("job_title", source="hs_job_title"),
        Column("time_zone", source="hs_standard_time_zone"),
        Column("user_id", source="hs_internal_user_id"),
        Column("is_deactivated", BOOLEAN, "hs_deactivated"),
        CREATED,
    ),
    named_by=("hs_given_name hs_family_name", "hs_email"),
    note="People with a seat in HubSpot; business.users are those of the company's product.",
)

MARKETING_EVENTS = ObjectType(
    "marketing_events",
    "marketing_event",
    "0-54",
    MODIFIED,
    (
        Column("name", source="hs_event_name"),
        Column("event_type", source="hs_event_type"),
        Column("event_at", TIMESTAMP, "hs_start_datetime"),
        Column("channel"),
        Column("campaign_id"),
        Column("utm_source"),
        Column("device_type"),
        Column("session_duration_sec", INTEGER),
        Column("page_depth", INTEGER),
        CREATED,
    ),
    associations=("contacts",),
    tells=False,
    named_by=("hs_event_name",),
    note="Webinars, fairs and the like, as the tools that hold them tell HubSpot.",
)

_OTHERS = (
    LEADS, COMMUNICATIONS, GOAL_TARGETS, APPOINTMENTS, COURSES, LISTINGS, SERVICES, PROJECTS,
    FEEDBACK_SUBMISSIONS, USERS, MARKETING_EVENTS,
)  # fmt: skip
OPTIONAL = tuple(replace(kind, optional=True, searched=False) for kind in (*COMMERCE, *_OTHERS))
