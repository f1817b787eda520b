-- What HubSpot told us, a partition for each month: past its time it is dropped, not deleted row by
-- row. An event's month is that of its occurred_at, which is part of what event_key is made of. So
-- copies of an event meet in one month, whenever they come. An event without a time has no month:
-- it goes to the rest, and so NULL counts as a value of the key.
--
-- Events that are there stay where they are: their table becomes the partition of all that happened
-- before next month. That costs one index and three looks through the table, some seconds for a
-- million events. Meanwhile no event is taken in; receivers put deliveries into Redis as ever.
alter table webhook_events rename to webhook_events_until;
alter table webhook_events_until drop constraint webhook_events_pkey;
alter index webhook_events_portal_id_object_type_hubspot_id_occurred_at_idx
    rename to webhook_events_until_record;
alter index webhook_events_portal_id_object_type_received_at_idx
    rename to webhook_events_until_newest;
alter index webhook_events_received_at_idx rename to webhook_events_until_received;
alter index webhook_events_rare rename to webhook_events_until_rare;

create table webhook_events (like webhook_events_until including defaults)
    partition by range (occurred_at);
create unique index webhook_events_key on webhook_events (portal_id, event_key, occurred_at)
    nulls not distinct;
create index webhook_events_record
    on webhook_events (portal_id, object_type, hubspot_id, occurred_at);
create index webhook_events_newest on webhook_events (portal_id, object_type, received_at);
create index webhook_events_received on webhook_events using brin (received_at);
create index webhook_events_rare
    on webhook_events (portal_id, object_type, subscription_type, received_at, event_key)
    where subscription_type not like '%.propertyChange';
create table webhook_events_rest partition of webhook_events default;
-- Without a primary key a publication of all tables would refuse every deletion.
alter table webhook_events_rest replica identity full;
comment on table webhook_events is
    'What HubSpot told us, each event once, until 90 days after the end of its month';
comment on table webhook_events_rest is
    'Events without a time, or of months without a partition: kept for 90 days';

do $$
declare
    next_month timestamptz :=
        (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC';
    until text := 'webhook_events_until_' || to_char(next_month at time zone 'UTC', 'YYYYMM');
    given record;
begin
    for given in
        select coalesce(quote_ident(rolname), 'public') as role, privilege_type as privilege
        from pg_class
        cross join aclexplode(relacl) as acl
        left join pg_roles on pg_roles.oid = acl.grantee
        where pg_class.oid = to_regclass('webhook_events_until') and acl.grantee <> relowner
    loop
        execute format('grant %s on webhook_events to %s', given.privilege, given.role);
    end loop;
    with strays as (
        delete from webhook_events_until
        where occurred_at is null or occurred_at >= next_month
        returning *
    )

    insert into webhook_events_rest select * from strays;
    alter table webhook_events_until replica identity full;
    execute format('alter table webhook_events_until rename to %I', until);
    execute format('comment on table %I is %L', until,
        'webhook_events of all months before the next one, as of the day they were partitioned');
    execute format(
        'alter table webhook_events attach partition %I for values from (minvalue) to (%L)',
        until, next_month
    );
end
$$;
