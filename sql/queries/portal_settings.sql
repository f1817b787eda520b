-- Settings that administrators change on the page of settings.

-- name: metric_settings_of
select sale_property, upfront_property, connected_dispositions, customer_stages, yes_words
  from metric_settings
 where portal_id = %(portal_id)s;

-- name: deal_properties_named
select name
  from hubspot_properties
 where portal_id = %(portal_id)s and object_type = 'deals' and name = any(%(names)s::text[]);

-- name: put_metric_settings
-- NULL: the default, which the words for yes keep in the row itself.
insert into metric_settings (portal_id, sale_property, upfront_property, connected_dispositions,
    customer_stages, yes_words)
values (%(portal_id)s, %(sale_property)s, %(upfront_property)s,
    %(connected_dispositions)s::text[],
        %(customer_stages)s::text[],
        coalesce(%(yes_words)s::text[], '{yes,y,true,1,on}'))
    on conflict (portal_id) do update
   set sale_property = excluded.sale_property, upfront_property = excluded.upfront_property,
       connected_dispositions = excluded.connected_dispositions,
       customer_stages = excluded.customer_stages, yes_words = excluded.yes_words;

-- name: own_domains
select domain, note from own_domains order by domain;

-- name: put_own_domain
insert into own_domains (domain, note)
values (%(domain)s, %(note)s)
    on conflict (domain) do update set note = excluded.note;

-- name: drop_own_domain
delete from own_domains where domain = %(domain)s;
