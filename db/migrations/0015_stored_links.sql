-- Links that are stored, because finding them anew takes 0.7 s for 119,000 calls: whom each call was with. Triggers
-- keep them, in the transaction of the change itself, whoever makes it: no path that writes records can forget to.
--
-- Two transactions at once do not see each other: one saves a call, the other the contact with its number. So each also
-- leaves a mark of what it touched, and workers.links settles marks: it finds those links once more when all is
-- committed. Nobody ever waits for a stored link that another transaction holds: it is left to the mark. A trigger that
-- waits would make deadlocks of transactions that have none.

-- A number's key where its country is known: E.164 without the plus, written by the workers; see hubspot.phones.
alter table hubspot_contacts_raw add column phone_e164 text;
alter table hubspot_calls_raw add column call_to_e164 text, add column call_from_e164 text;

create function contact_phone_key(phone_e164 text, phone text) returns text
    language sql immutable parallel safe
    return coalesce(phone_e164, phone_key(phone));

-- The number of the other party of a call, as a key. Direction unknown: whom it was to, else whom it was from.
create function call_phone_key(direction text, to_e164 text, to_number text, from_e164 text, from_number text)
    returns text language sql immutable parallel safe
    return case direction
        when 'OUTBOUND' then coalesce(to_e164, phone_key(to_number))
        when 'INBOUND' then coalesce(from_e164, phone_key(from_number))
        else coalesce(to_e164, phone_key(to_number), from_e164, phone_key(from_number))
    end;

-- In the order of the tie-break, so that the oldest contact with a number is the first entry. It takes the place of the
-- index on the number alone; that of the calls is in call_links now. `is true` changes nothing but what the planner
-- knows: of a table without statistics it believes that few rows have merged_into NULL, and reads them all by the index
-- that says which, instead of the one that is wanted.
drop index hubspot_contacts_raw_portal_id_phone_key_createdate_length__idx;
create index on hubspot_contacts_raw
    (portal_id, contact_phone_key(phone_e164, phone), createdate, length(hubspot_id), hubspot_id)
    where (not archived and merged_into is null) is true;
drop index hubspot_calls_raw_portal_id_other_party_key_idx;

-- Links that somebody set by hand, because no rule can know them. They win over every rule and survive every rebuild.
-- Without a target: not linked to anything, whatever the rules say.
create table manual_links (
    portal_id  bigint      not null,
    kind       text        not null check (kind in ('team_company', 'call_contact', 'contact_user')),
    from_id    text        not null,
    to_id      text,
    note       text,
    created_at timestamptz not null default now(),
    primary key (portal_id, kind, from_id)
);
comment on table manual_links is 'team → company, call → contact, contact → user; to_id NULL: not linked to anything';
create index on manual_links (portal_id, kind, to_id);

insert into manual_links (portal_id, kind, from_id, to_id, created_at)
select portal_id, 'team_company', team_id, company_id, created_at from company_team_links;

-- What calls_to_contacts shows: every call that shows, with its contact. Narrow (120 bytes), so that statistics over all
-- calls read a twentieth of what the calls themselves take, and a new link rewrites this row and not the call's with
-- its thirteen indexes.
create table call_links (
    portal_id        bigint not null,
    call_id          text   not null,
    contact_id       text,
    link_method      text,
    phone_key        text,
    call_timestamp   timestamptz,
    call_duration    integer,
    call_direction   text,
    call_disposition text,
    hubspot_owner_id text,
    primary key (portal_id, call_id)
);
create index on call_links (portal_id, phone_key) where phone_key is not null;
-- Whoever has one portal does not name it, so these begin with what pages are filtered by.
create index on call_links (contact_id, call_timestamp);
create index on call_links (hubspot_owner_id, call_timestamp);
create index on call_links (call_timestamp);
create index on call_links (portal_id, call_timestamp)
    include (contact_id, call_duration, call_disposition, hubspot_owner_id);

-- One row for each statement that changed something by which links are found.
create table link_marks (
    portal_id   bigint not null,
    mark_id     bigint generated always as identity,
    call_ids    text[] not null default '{}',
    contact_ids text[] not null default '{}',
    phone_keys  text[] not null default '{}',
    primary key (portal_id, mark_id)
);

-- The functions below have a search_path of their own, because triggers fire for whoever writes. And they look up one
-- record after the other by its key, whatever the planner believes: the first backfill fills tables of which it has no
-- statistics yet; then it takes a portal for half a percent of a table and reads all of it for each record. Hence
-- `offset 0`, which it cannot look through, rows by their ctid, and plans made anew each time.

-- Find the contact of these calls anew. Answers the calls whose link another transaction holds.
create function link_calls(portal bigint, ids text[]) returns text[]
    language plpgsql set search_path from current set plan_cache_mode = force_custom_plan
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_nestloop = on
as $$
declare
    locked text[];
    places tid[];
    others text[];
    held text[];
begin
    select coalesce(array_agg(link.call_id), '{}'), array_agg(link.place) into locked, places
    from (select distinct unnest(ids) as call_id order by call_id) as wanted
    cross join lateral (
        select links.call_id, links.ctid as place
        from call_links as links
        where links.portal_id = portal and links.call_id = wanted.call_id
        for update skip locked
    ) as link;

    if cardinality(locked) > 0 then
        delete from call_links as kept
        where kept.ctid = any (places)
            and not exists (
                select from hubspot_calls_raw as calls
                where calls.portal_id = portal and calls.hubspot_id = kept.call_id
                    and (not calls.archived and calls.merged_into is null) is true
            );
        update call_links as kept
        set (contact_id, link_method, phone_key, call_timestamp, call_duration,
             call_direction, call_disposition, hubspot_owner_id)
            = (found.contact_id, found.link_method, found.phone_key, found.call_timestamp, found.call_duration,
               found.call_direction, found.call_disposition, found.hubspot_owner_id)
        from unnest(locked, places) as wanted (call_id, place)
        cross join lateral (
            select *
            from calls_to_contacts_from_scratch as scratch
            where scratch.portal_id = portal and scratch.call_id = wanted.call_id
            offset 0
        ) as found
        where kept.ctid = wanted.place
            and (kept.contact_id, kept.link_method, kept.phone_key, kept.call_timestamp, kept.call_duration,
                 kept.call_direction, kept.call_disposition, kept.hubspot_owner_id)
                is distinct from
                (found.contact_id, found.link_method, found.phone_key, found.call_timestamp, found.call_duration,
                 found.call_direction, found.call_disposition, found.hubspot_owner_id);
    end if;

    others := array(select unnest(ids) except select unnest(locked));
    if cardinality(others) = 0 then
        return '{}';
    end if;
    held := array(
        select link.call_id
        from unnest(others) as wanted (call_id)
        cross join lateral (
            select links.call_id
            from call_links as links
            where links.portal_id = portal and links.call_id = wanted.call_id
            offset 0
        ) as link
    );
    insert into call_links (portal_id, call_id, contact_id, link_method, phone_key, call_timestamp, call_duration,
                            call_direction, call_disposition, hubspot_owner_id)
    select found.portal_id, found.call_id, found.contact_id, found.link_method, found.phone_key, found.call_timestamp,
           found.call_duration, found.call_direction, found.call_disposition, found.hubspot_owner_id
    from (select unnest(others) as call_id except select unnest(held) order by call_id) as wanted
    cross join lateral (
        select *
        from calls_to_contacts_from_scratch as scratch
        where scratch.portal_id = portal and scratch.call_id = wanted.call_id
        offset 0
    ) as found
    on conflict do nothing;
    return held;
end
$$;

-- The calls whose contact may be another one since these contacts came, went or merged, or these numbers changed hands.
-- Of a number that many calls share only those whose contact is not its oldest.
create function calls_touched(portal bigint, contact_ids text[], phone_keys text[]) returns text[]
    language plpgsql stable set search_path from current set plan_cache_mode = force_custom_plan
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_nestloop = on
as $$
begin
    return array(
        select links.call_id
        from unnest(calls_touched.phone_keys) as changed (phone_key)
        left join lateral (
            select contacts.hubspot_id
            from hubspot_contacts_raw as contacts
            where contacts.portal_id = portal
                and contact_phone_key(contacts.phone_e164, contacts.phone) = changed.phone_key
                and (not contacts.archived and contacts.merged_into is null) is true
            order by contacts.createdate, length(contacts.hubspot_id), contacts.hubspot_id
            limit 1
        ) as holder on true
        cross join lateral (
            select heard.call_id
            from call_links as heard
            where heard.portal_id = portal and heard.phone_key = changed.phone_key
                and (heard.link_method is null or heard.link_method = 'phone')
                and heard.contact_id is distinct from holder.hubspot_id
            offset 0
        ) as links
        union
        select calls.hubspot_id
        from hubspot_calls_raw as calls
        where calls.portal_id + 0 = portal and calls.contact_ids && calls_touched.contact_ids  -- `+ 0`: by the GIN index
        union
        select manual.from_id
        from manual_links as manual
        where manual.portal_id = portal and manual.kind = 'call_contact'
            and (
                manual.to_id = any (calls_touched.contact_ids)
                or manual.to_id in (
                    select losers.hubspot_id
                    from hubspot_contacts_raw as losers
                    where losers.portal_id = portal and losers.merged_into = any (calls_touched.contact_ids)
                )
            )
    );
end
$$;

create function contacts_changed(portal bigint, ids text[], keys text[]) returns void
    language plpgsql set search_path from current as $$
declare
    touched text[] := calls_touched(portal, ids, keys);
begin
    insert into link_marks (portal_id, contact_ids, phone_keys) values (portal, ids, keys);
    if cardinality(touched) > 0 then
        perform link_calls(portal, touched);
    end if;
end
$$;

create function contacts_came_or_went() returns trigger language plpgsql set search_path from current as $$
begin
    perform contacts_changed(portal_id, array_agg(hubspot_id), array_remove(array_agg(distinct phone_key), null))
    from (
        select portal_id, hubspot_id,
            case when not archived and merged_into is null then contact_phone_key(phone_e164, phone) end as phone_key
        from changed
    ) as contacts
    group by portal_id;
    return null;
end
$$;

create function contacts_were_replaced() returns trigger
    language plpgsql set search_path from current set enable_nestloop = off as $$  -- old and new rows: by hash
begin
    perform contacts_changed(portal_id, array_remove(array_agg(distinct moved), null),
                             array_remove(array_agg(distinct phone_key), null))
    from (
        select portal_id, phone_key,
            case when (old_one.archived, old_one.merged_into) is distinct from (new_one.archived, new_one.merged_into)
                then hubspot_id
            end as moved
        from went as old_one
        join came as new_one using (portal_id, hubspot_id)
        cross join lateral (values
            (case when not old_one.archived and old_one.merged_into is null
                then contact_phone_key(old_one.phone_e164, old_one.phone) end),
            (case when not new_one.archived and new_one.merged_into is null
                then contact_phone_key(new_one.phone_e164, new_one.phone) end)
        ) as keys (phone_key)
        where (old_one.phone, old_one.phone_e164, old_one.createdate, old_one.archived, old_one.merged_into)
            is distinct from (new_one.phone, new_one.phone_e164, new_one.createdate, new_one.archived, new_one.merged_into)
    ) as contacts
    group by portal_id;
    return null;
end
$$;

create function calls_changed(portal bigint, ids text[]) returns void
    language plpgsql set search_path from current as $$
begin
    insert into link_marks (portal_id, call_ids) values (portal, ids);
    perform link_calls(portal, ids);
end
$$;

create function calls_came_or_went() returns trigger language plpgsql set search_path from current as $$
begin
    perform calls_changed(portal_id, array_agg(hubspot_id)) from changed group by portal_id;
    return null;
end
$$;

create function calls_were_replaced() returns trigger
    language plpgsql set search_path from current set enable_nestloop = off as $$  -- old and new rows: by hash
begin
    perform calls_changed(portal_id, array_agg(hubspot_id))
    from went as old_one
    join came as new_one using (portal_id, hubspot_id)
    where (old_one.contact_ids, old_one.call_direction, old_one.call_to_number, old_one.call_from_number,
           old_one.call_to_e164, old_one.call_from_e164, old_one.call_timestamp, old_one.call_duration,
           old_one.call_disposition, old_one.hubspot_owner_id, old_one.archived, old_one.merged_into)
        is distinct from
          (new_one.contact_ids, new_one.call_direction, new_one.call_to_number, new_one.call_from_number,
           new_one.call_to_e164, new_one.call_from_e164, new_one.call_timestamp, new_one.call_duration,
           new_one.call_disposition, new_one.hubspot_owner_id, new_one.archived, new_one.merged_into)
    group by portal_id;
    return null;
end
$$;

create function manual_calls_changed() returns trigger language plpgsql set search_path from current as $$
begin
    perform calls_changed(portal_id, array_agg(from_id)) from changed where kind = 'call_contact' group by portal_id;
    return null;
end
$$;

create trigger link_came after insert on hubspot_contacts_raw referencing new table as changed
    for each statement execute function contacts_came_or_went();
create trigger link_went after delete on hubspot_contacts_raw referencing old table as changed
    for each statement execute function contacts_came_or_went();
create trigger link_replaced after update on hubspot_contacts_raw referencing old table as went new table as came
    for each statement execute function contacts_were_replaced();
create trigger link_came after insert on hubspot_calls_raw referencing new table as changed
    for each statement execute function calls_came_or_went();
create trigger link_went after delete on hubspot_calls_raw referencing old table as changed
    for each statement execute function calls_came_or_went();
create trigger link_replaced after update on hubspot_calls_raw referencing old table as went new table as came
    for each statement execute function calls_were_replaced();
create trigger link_calls_came after insert on manual_links referencing new table as changed
    for each statement execute function manual_calls_changed();
create trigger link_calls_went after delete on manual_links referencing old table as changed
    for each statement execute function manual_calls_changed();
create trigger link_calls_old after update on manual_links referencing old table as changed
    for each statement execute function manual_calls_changed();
create trigger link_calls_new after update on manual_links referencing new table as changed
    for each statement execute function manual_calls_changed();

-- Settle the oldest marks: find the links of what they name once more, now that it is committed. What another
-- transaction holds at this moment is marked anew. Answers how many marks were taken; 0 too when another settles.
create function settle_link_marks(at_most integer) returns integer
    language plpgsql set search_path from current as $$
declare
    part record;
    ids text[];
    taken integer := 0;
begin
    if not pg_try_advisory_xact_lock(x'5B0CF'::bigint) then
        return 0;
    end if;
    for part in
        with gone as (
            delete from link_marks
            where (portal_id, mark_id) in (
                select portal_id, mark_id from link_marks order by mark_id limit at_most for update skip locked
            )
            returning *
        )
        select portal_id, count(distinct mark_id) as marks,
            array(select distinct each from gone as of_portal, unnest(call_ids) as each
                  where of_portal.portal_id = gone.portal_id) as call_ids,
            array(select distinct each from gone as of_portal, unnest(contact_ids) as each
                  where of_portal.portal_id = gone.portal_id) as contact_ids,
            array(select distinct each from gone as of_portal, unnest(phone_keys) as each
                  where of_portal.portal_id = gone.portal_id) as phone_keys
        from gone
        group by portal_id
    loop
        ids := array(
            select unnest(part.call_ids)
            union
            select unnest(calls_touched(part.portal_id, part.contact_ids, part.phone_keys))
        );
        ids := link_calls(part.portal_id, ids);
        if cardinality(ids) > 0 then
            insert into link_marks (portal_id, call_ids) values (part.portal_id, ids);
        end if;
        taken := taken + part.marks;
    end loop;
    return taken;
end
$$;

-- Mark every call, so that all links are found anew: a thousand calls a mark.
create function mark_all_calls(portal bigint) returns void
    language plpgsql set search_path from current as $$
begin
    insert into link_marks (portal_id, call_ids)
    select portal, array_agg(call_id)
    from (
        select call_id, (row_number() over (order by call_id) - 1) / 1000 as part
        from (
            select hubspot_id as call_id from hubspot_calls_raw
            where portal_id = portal and not archived and merged_into is null
            union
            select call_id from call_links where portal_id = portal
        ) as calls
    ) as parts
    group by part
    order by part;
end
$$;

-- What was there before: settled by `spoke migrate` when it has committed, else by the clock within seconds.
select mark_all_calls(portal_id) from (select distinct portal_id from hubspot_calls_raw) as portals;

-- The view of before, which names it, is made anew by this very run.
drop view if exists team_spending;
drop table company_team_links;
