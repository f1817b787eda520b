-- Which class of worth is an amount in? NULL where it is unknown. PostgreSQL inlines it: the body
-- is parsed here and needs no search_path.
create or replace function revenue_bucket(amount numeric) returns text
    language sql immutable parallel safe
    return case
        when amount < 1000 then '<1K'
        when amount < 10000 then '1-10K'
        when amount < 50000 then '10-50K'
        when amount < 200000 then '50-200K'
        when amount <= 1000000 then '200K-1M'
        when amount is not null then '>1M'
    end;
