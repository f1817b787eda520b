-- Which number is HubSpot's id of a record? NULL where the text is none: the views of sql/dbt show
-- ids as the dbt package does, and must not fail because of one. It leaves out ids that our own
-- views show: there they are text, as HubSpot's API sends them.
-- The body is parsed here and needs no search_path.
create or replace function record_id(value text) returns bigint
    language sql immutable parallel safe
    return case when value ~ '^[0-9]{1,18}$' then value::bigint end;
