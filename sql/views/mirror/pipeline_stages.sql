-- Which stages does each pipeline have, and do they mean won or lost? A stage is won when it is
-- closed with probability 1, lost when it is closed with probability 0. A stage without a
-- probability is neither (NULL); a ticket's stage is closed or not, but never won or lost. The view
-- keeps archived stages, and stages that HubSpot no longer lists (gone_at says since when): deals
-- stay in them. It shows each stage once, even if its pipeline lists it twice: a join of deals to
-- their stages must not count them twice.
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
            from '^[0-9]{1,3}(?:[.][0-9]+)?$')::numeric as probability,
        coalesce((stage ->> 'gone_at')::timestamptz, gone_at) as gone_at
    from hubspot_pipelines
    cross join jsonb_path_query(
        jsonb_build_array(raw_json -> 'stages', gone_stages), '$[*][*] ? (exists (@.id))'
    ) with ordinality as listed (stage, place)
    order by portal_id, object_type, hubspot_id, stage ->> 'id', place
)

select
    portal_id,
    object_type,
    pipeline_id,
    pipeline_label,
    stage_id,
    stage_label,
    display_order,
    is_closed,
    probability,
    is_closed and probability = 1 as is_won,
    is_closed and probability = 0 as is_lost,
    gone_at
from stages;
