-- name: note_verify
insert into verify_runs (portal_id, run_id, object_type, sampled, started_at, compared, unequal,
    differences, healed)
values (%(portal_id)s, %(run_id)s, %(object_type)s, %(sampled)s, %(started_at)s, %(compared)s,
    %(unequal)s,
        %(differences)s::jsonb, %(healed)s);

-- name: forget_old_verify_runs
-- All but the last of each type, which sync_status shows.
delete from verify_runs
 where ctid = any(array(
       select old.ctid from verify_runs old
        where started_at < now() - %(keep)s
          and exists (select from verify_runs later
                       where later.portal_id = old.portal_id
                         and later.object_type = old.object_type
                         and later.started_at > old.started_at)
        limit %(at_most)s));
