-- name: note_verify
insert into verify_runs (portal_id, run_id, object_type, sampled, started_at, compared, unequal,
    differences, healed)
values (%(portal_id)s, %(run_id)s, %(object_type)s, %(sampled)s, %(started_at)s, %(compared)s,
    %(unequal)s,
        %(differences)s::jsonb, %(healed)s);
