-- Keep the numbers of a deal in deal_numbers as its own columns say them. Fires only for deals that
-- have or had a number, so that portals without the property pay nothing. Keeps the numbers of
-- archived and merged deals: calls_to_deals leaves such deals out.
create or replace function keep_deal_numbers() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    delete from deal_numbers as kept
    where kept.portal_id = old.portal_id and kept.deal_id = old.hubspot_id;
    if tg_op <> 'DELETE' then
        insert into deal_numbers (portal_id, deal_id, phone_key, extensions)
        select new.portal_id, new.hubspot_id, split_part(said, 'x', 1),
            array_agg(distinct split_part(said, 'x', 2))
        from unnest(
            contact_phone_keys(new.phone_number_e164, new.phone_number, null, null, null)
        ) as said
        group by 3;
    end if;
    return null;
end
$$;

create or replace trigger number_came after insert on hubspot_deals_raw
    for each row when (new.phone_number is not null) execute function keep_deal_numbers();

create or replace trigger number_changed after update on hubspot_deals_raw
    for each row when (
        (old.phone_number, old.phone_number_e164)
        is distinct from (new.phone_number, new.phone_number_e164)
    ) execute function keep_deal_numbers();

create or replace trigger number_went after delete on hubspot_deals_raw
    for each row when (old.phone_number is not null) execute function keep_deal_numbers();
