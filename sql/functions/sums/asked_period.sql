-- Which portal and which times does a question about a period mean? "from" and "to" are the first
-- and the last day in the portal's time zone; NULL leaves that end open. The period goes from since
-- to just before until. The portal is that of asked_portal. An unknown owner is an error.
create or replace function asked_period(
    portal bigint, "from" date, "to" date, owner text default null,
    out portal_id bigint, out since timestamptz, out until timestamptz
)
    language plpgsql stable
    set search_path from current
as $$
begin
    portal_id := asked_portal(portal);
    perform asked_owner(portal_id, owner);
    since := day_start(portal_id, coalesce("from", '-infinity'));
    until := day_start(portal_id, coalesce("to", 'infinity') + 1);
end
$$;
