-- Nobody asks for it, and while the table was empty the planner took it for as good as the primary key.
drop index manual_links_portal_id_kind_to_id_idx;
