-- Calls and contacts added up by day, so that a year of 400,000 calls is 365 rows. Counting them takes 0.7 s at ten times
-- the real portal's size, adding these up 10 ms. Never believed blindly: whatever changes leaves a mark in the same
-- transaction, days with marks are counted anew by whoever asks, and settle_days adds them up again behind it.

-- By the portal's days. One row for everybody ('*'), one for each owner with calls, and '?' for calls of nobody; a call
-- without an owner is its contact's owner's.
create table sales_call_days (
    portal_id bigint    not null,
    owner_id  text      not null,
    day       date      not null,
    calls     bigint    not null,
    timed     bigint    not null,    -- with a duration
    ms        bigint    not null,
    long      bigint    not null,    -- five minutes or more
    connected bigint    not null,
    -- Of each call with a contact: how many days before there was another one with the same contact (of the same owner,
    -- in an owner's rows), and the one before that. Sorted. So the contacts called between two days are the calls whose
    -- gap reaches back over the first day, and those called twice the ones that do so by their second gap.
    gaps      integer[] not null,
    gaps_2    integer[] not null,
    primary key (portal_id, owner_id, day)
);

-- Contacts by the day of their creation, for everybody and for each owner.
create table sales_contact_days (
    portal_id       bigint  not null,
    owner_id        text    not null,
    day             date    not null,
    contacts        bigint  not null,
    customers       bigint  not null,
    called          bigint  not null,    -- who were called since
    seconds_to_call numeric not null,    -- from creation to the first call, of all of them together
    primary key (portal_id, owner_id, day)
);

-- What changed since it was added up: a call of a contact (that contact's later calls have other gaps now), or a contact.
create table sales_marks (
    portal_id  bigint      not null,
    mark_id    bigint      not null generated always as identity,
    contact_id text,
    call_at    timestamptz,
    created_at timestamptz,
    primary key (portal_id, mark_id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- Whether a portal's days are added up at all. built_at NULL: from the beginning, because its zone or settings changed.
create table sales_sums (
    portal_id bigint      not null primary key,
    built_at  timestamptz
);

-- Marks are only ever added, and nobody waits for anybody: a lock here would make deadlocks of the workers' batches.
create function mark_calls() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    insert into sales_marks (portal_id, contact_id, call_at)
    select portal_id, contact_id, call_timestamp from changed where call_timestamp is not null;
    return null;
end
$$;

create function mark_contacts() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    insert into sales_marks (portal_id, created_at)
    select portal_id, createdate from changed where createdate is not null;
    return null;
end
$$;

-- Calls of nobody are their contact's owner's: another owner may concern all of the contact's calls.
create function mark_changed_contacts() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    insert into sales_marks (portal_id, contact_id, call_at, created_at)
    select
        portal_id,
        case when old_one.hubspot_owner_id is distinct from new_one.hubspot_owner_id then hubspot_id end,
        case when old_one.hubspot_owner_id is distinct from new_one.hubspot_owner_id then timestamptz '-infinity' end,
        created_at
    from went as old_one
    join came as new_one using (portal_id, hubspot_id)
    cross join lateral (
        select old_one.createdate as created_at union select new_one.createdate
    ) as days
    where (old_one.createdate, old_one.hubspot_owner_id, old_one.lifecyclestage, old_one.archived, old_one.merged_into)
        is distinct from
        (new_one.createdate, new_one.hubspot_owner_id, new_one.lifecyclestage, new_one.archived, new_one.merged_into);
    return null;
end
$$;

-- Waits for settle_days, which holds the row: what it added up by the old zone or settings must not outlive them.
create function forget_days() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    if tg_op <> 'DELETE' then
        insert into sales_sums (portal_id) values (new.portal_id) on conflict do nothing;
    end if;
    update sales_sums set built_at = null where portal_id in (new.portal_id, old.portal_id);
    return null;
end
$$;

create trigger mark_day_came after insert on call_links referencing new table as changed
    for each statement execute function mark_calls();
create trigger mark_day_went after delete on call_links referencing old table as changed
    for each statement execute function mark_calls();
create trigger mark_day_old after update on call_links referencing old table as changed
    for each statement execute function mark_calls();
create trigger mark_day_new after update on call_links referencing new table as changed
    for each statement execute function mark_calls();
create trigger mark_day_came after insert on hubspot_contacts_raw referencing new table as changed
    for each statement execute function mark_contacts();
create trigger mark_day_went after delete on hubspot_contacts_raw referencing old table as changed
    for each statement execute function mark_contacts();
create trigger mark_day_replaced after update on hubspot_contacts_raw referencing old table as went new table as came
    for each statement execute function mark_changed_contacts();
create trigger forget_days after update of time_zone on portals
    for each row when (old.time_zone is distinct from new.time_zone) execute function forget_days();
create trigger forget_days after insert or update or delete on metric_settings
    for each row execute function forget_days();

-- Everything that the metrics want of contacts, in the order in which they ask: a year is 10,000 entries of this index
-- (4 ms) instead of a look into each of 31,636 rows of 2 kB (50 ms).
create index hubspot_contacts_raw_created on hubspot_contacts_raw (portal_id, createdate)
    include (hubspot_id, hubspot_owner_id, lifecyclestage, vsl_watched, sales_script_version)
    where not archived and merged_into is null;

-- So that the planner knows how few records are survivors of merges, and finds them by the indexes of 0010.
create statistics hubspot_contacts_raw_merged on (raw_json -> 'properties' ->> 'hs_merged_object_ids')
    from hubspot_contacts_raw;
create statistics hubspot_companies_raw_merged on (raw_json -> 'properties' ->> 'hs_merged_object_ids')
    from hubspot_companies_raw;
create statistics hubspot_deals_raw_merged on (raw_json -> 'properties' ->> 'hs_merged_object_ids')
    from hubspot_deals_raw;
create statistics hubspot_tickets_raw_merged on (raw_json -> 'properties' ->> 'hs_merged_object_ids')
    from hubspot_tickets_raw;
