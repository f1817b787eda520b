-- The competitors that were spoken of in a deal that was won, in the order of the alphabet.
select mentioned.deal_id as hubspot_id,
       string_agg(distinct mentioned.competitor, ', ' order by mentioned.competitor) as value
  from competitor_mentions as mentioned
  join hubspot_deals_raw as deals
    on deals.portal_id = mentioned.portal_id and deals.hubspot_id = mentioned.deal_id
 where mentioned.portal_id = %(portal_id)s
   and deals.raw_json -> 'properties' ->> 'hs_is_closed_won' = 'true'
 group by mentioned.deal_id
