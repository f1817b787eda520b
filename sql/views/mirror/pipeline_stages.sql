-- The stages of every pipeline and their meaning, for counting won and lost. A stage is won when it
-- is closed with probability 1, lost when it is closed with probability 0. A stage without these
-- values is neither (NULL). A ticket's stage is closed or not, but never won or lost. Keeps
-- archived stages: deals stay in them. Shows a stage once, however often its pipeline lists it: a
-- join of deals to their stages must not count a deal twice.
create or replace view pipeline_stages with (security_invoker = true) as
with stages as (
    select distinct on (portal_id, object_type, hubspot_id, stage ->> 'id')
        portal_id,
        object_type,
        hubspot_id as pipeline_id,
        label as pipeline_label,
        stage ->> 'id' as stage_id,
        stage ->> 'label' as stage_label,
        substring(stage ->> 'displayOrder' from '^-?[0-9]{1,9}$')::integer as display_order,
        coalesce(
            lower(stage -> 'metadata' ->> 'isClosed') = 'true',
                stage -> 'metadata' ->> 'ticketState' = 'CLOSED'
        ) as is_closed,
        substring(stage -> 'metadata' ->> 'probability'
            from '^[0-9]{1,3}(?:[.][0-9]+)?$')::numeric as probability
    from hubspot_pipelines
    cross join jsonb_path_query(raw_json,
        '$.stages[*] ? (exists (@.id))') with ordinality as listed (stage, place)
    order by portal_id, object_type, hubspot_id, stage ->> 'id', place
)

select
    *,
    is_closed and probability = 1 as is_won,
    is_closed and probability = 0 as is_lost
from stages;
