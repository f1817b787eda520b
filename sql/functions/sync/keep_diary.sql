-- Add a line to a run's log when its state, its worker or its error changed, or when it came a
-- tenth further. Pages that only beat or advance write none: a run of a million records has some
-- twenty lines. A trigger, so that no change of a run by any process is left out.
create or replace function keep_diary()
    returns trigger
    language plpgsql
    set search_path from current
as $$
declare
    kept jsonb := '[]';
begin
    if tg_op = 'UPDATE' then
        kept := case when jsonb_array_length(old.diary) < 200 then old.diary else old.diary - 0 end;
    end if;
    new.diary := kept || jsonb_build_object(
        'at', now(), 'state', new.state, 'attempt', new.attempt, 'records', new.records,
        'error', new.error
    );
    return new;
end
$$;

create or replace trigger begin_diary before insert on scans
    for each row execute function keep_diary();
create or replace trigger keep_diary before update on scans
    for each row when (
        (old.state, old.attempt, old.error) is distinct from (new.state, new.attempt, new.error)
        or new.total > 0 and new.records * 10 / new.total <> old.records * 10 / new.total
    )
    execute function keep_diary();
