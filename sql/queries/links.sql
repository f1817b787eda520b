-- Stored links; the functions are in db/migrations/0015_stored_links.sql.

-- name: settle_link_marks
select settle_link_marks(%(at_most)s) as settled;

-- name: mark_all_links
select mark_all_calls(%(portal_id)s);

-- name: waiting_link_marks
select count(*) as waiting from link_marks;
