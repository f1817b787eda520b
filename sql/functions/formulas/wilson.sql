-- Answers between which shares, in percent, the true one lies 19 times of 20 when `part` of `whole`
-- were counted: Wilson's interval, which also holds for few and at 0 and 100. NULL of nothing.
create or replace function wilson(part bigint, whole bigint, out low numeric, out high numeric)
    language sql immutable parallel safe set search_path from current
as $$
    select
        case when n > 0 then round(100 * greatest(middle - reach, 0), 2) end,
        case when n > 0 then round(100 * least(middle + reach, 1), 2) end
    from (select nullif(whole, 0)::numeric as n, 3.841459 as z2) as given
    cross join lateral (select part / n as p) as share
    cross join lateral (
        select
            (p + z2 / (2 * n)) / (1 + z2 / n) as middle,
            sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n) as reach
    ) as found
$$;
