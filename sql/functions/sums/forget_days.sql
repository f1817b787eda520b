-- The time zone or the settings of a portal changed: add all its days up again. Waits for
-- settle_days, which holds the row: sums by the old zone or settings must not outlive them.
create or replace function forget_days() returns trigger
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

create or replace trigger forget_days after update of time_zone on portals
    for each row when (old.time_zone is distinct from new.time_zone) execute function forget_days();
create or replace trigger forget_days after insert or update or delete on metric_settings
    for each row execute function forget_days();
