-- What sums stand on changed: what a stage or a portal's deals mean. Their sums are given up, and
-- counted from the records until they are built again. Stages lie in the pipelines of deals.
create or replace function meaning_changed()
    returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    if tg_op <> 'INSERT' then
        perform give_up_rollups(old.portal_id, 'deals');
    end if;
    if tg_op <> 'DELETE' then
        perform give_up_rollups(new.portal_id, 'deals');
    end if;
    return null;
end
$$;

create or replace trigger meaning_came after insert or delete on hubspot_pipelines
    for each row execute function meaning_changed();
create or replace trigger meaning_changed after update on hubspot_pipelines
    for each row
    when ((old.label, old.raw_json -> 'stages', old.gone_stages, old.gone_at)
        is distinct from (new.label, new.raw_json -> 'stages', new.gone_stages, new.gone_at))
    execute function meaning_changed();
create or replace trigger meaning_came after insert or delete on metric_settings
    for each row execute function meaning_changed();
create or replace trigger meaning_changed after update on metric_settings
    for each row when (old is distinct from new) execute function meaning_changed();
create or replace trigger meaning_changed after update on portals
    for each row when (old.currency is distinct from new.currency)
    execute function meaning_changed();
