-- Which size is a company of so many people? NULL where the number is unknown. PostgreSQL inlines
-- it: the body is parsed here and needs no search_path.
create or replace function employee_tier(employees numeric) returns text
    language sql immutable parallel safe
    return case
        when employees <= 10 then 'Micro'
        when employees <= 50 then 'Small'
        when employees <= 200 then 'Medium'
        when employees <= 1000 then 'Large'
        when employees <= 5000 then 'Enterprise'
        when employees is not null then 'Mega'
    end;
