-- How did the pipeline look at a moment? Each deal that existed then, with the stage, pipeline,
-- amount, close date and owner that it had. amount is what the deal was worth then in the company's
-- money: deal_whole_amount, else amount, at the rate that deal_money has for it now. Where the
-- portal names another property as its sale, amount is that property's present value. The portal
-- may be left out when there is one. A deal whose history is still to be read (is_known false)
-- shows its present values where no older ones are known. A mark that only waits for the daily
-- comparison leaves is_known true. Leaves out deals that were merged away since, and deals that had
-- been archived by then. Versions are sorted downwards throughout: the primary key has them in this
-- order, read backwards.
create or replace function deals_as_of("at" timestamptz, portal bigint default null)
    returns table (
        portal_id bigint, deal_id text, dealname text, stage_id text, pipeline_id text,
            amount numeric,
        closedate timestamptz, owner_id text, is_known boolean
    )
    language sql stable
    set search_path from current
    set work_mem = '64MB'  -- else ten times the real portal's history goes through temporary files
as $$
    with existing as (
        select deals.*, mark.hubspot_id is null as is_known
        from deal_money as deals
        left join history_marks as mark
            on mark.portal_id = deals.portal_id
            and mark.object_type = 'deals'
            and mark.hubspot_id = deals.deal_id
            and not (mark.compares and mark.not_before > now())
        where
            deals.portal_id = (select asked_portal(deals_as_of.portal))
            and deals.merged_into is null
            and coalesce(deals.createdate,
                property_datetime(deals.raw_json ->> 'createdAt')) <= deals_as_of."at"
            and (not deals.archived or deals.archived_at > deals_as_of."at")
    ),

    versions as (
        select distinct on (past.hubspot_id, past.property) past.hubspot_id, past.property,
            past.value
        from property_history as past
        where
            past.portal_id = (select asked_portal(deals_as_of.portal))
            and past.object_type = 'deals'
            and past.property in ('dealstage', 'pipeline', 'amount', 'deal_whole_amount',
                'closedate', 'hubspot_owner_id')
            and past.changed_at <= deals_as_of."at"
        order by past.hubspot_id desc, past.property desc, past.changed_at desc
    ),

    known as (
        select
            hubspot_id,
            array_agg(property) as told,
            max(value) filter (where property = 'dealstage') as dealstage,
            max(value) filter (where property = 'pipeline') as pipeline,
            max(value) filter (where property = 'amount') as amount,
            max(value) filter (where property = 'deal_whole_amount') as whole_amount,
            max(value) filter (where property = 'closedate') as closedate,
            max(value) filter (where property = 'hubspot_owner_id') as hubspot_owner_id
        from versions
        group by hubspot_id
    )

    select
        existing.portal_id,
        existing.deal_id,
        existing.dealname,
        case when 'dealstage' = any (told) or is_known then past.dealstage
            else existing.dealstage end,
        case when 'pipeline' = any (told) or is_known then past.pipeline else existing.pipeline end,
        case
            when existing.sale_property is not null then existing.sale
            when existing.rate = 1 then worth.sale
            else trim_scale(round(worth.sale * existing.rate, 10))
        end,
        case
            when 'closedate' = any (told) or is_known then property_datetime(past.closedate)
            else existing.closedate
        end,
        case
            when 'hubspot_owner_id' = any (told) or is_known then past.hubspot_owner_id
            else existing.hubspot_owner_id
        end,
        is_known
    from existing
    left join known as past on past.hubspot_id = existing.deal_id
    cross join lateral (
        select coalesce(
            case when 'deal_whole_amount' = any (told) or is_known
                then property_number(past.whole_amount) else existing.deal_whole_amount end,
            case when 'amount' = any (told) or is_known then property_number(past.amount)
                else existing.amount end
        ) as sale
    ) as worth
$$;
