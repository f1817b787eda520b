-- Answers a number of a deal, by the property's name: from the typed column where there is one,
-- else from raw_json. PostgreSQL inlines it: the body is parsed here and needs no search_path.
create or replace function deal_number(
    property text, amount numeric, deal_whole_amount numeric, upfront_payment numeric,
    raw_json jsonb
) returns numeric
    language sql immutable parallel safe
    return case property
        when 'amount' then amount
        when 'deal_whole_amount' then deal_whole_amount
        when 'upfront_payment' then upfront_payment
        else number_of(raw_json -> 'properties' ->> property)
    end;
