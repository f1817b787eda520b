-- Keep a portal's words as answers are compared: in lower case, without space around. So a setting
-- of " Ja " means ja, and no query has to look at each word again.
create or replace function keep_words() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    new.yes_words := array(
        select lower(trim(E' \t\r\n\u00a0' from word)) from unnest(new.yes_words) as word
    );
    new.customer_stages := array(
        select lower(trim(E' \t\r\n\u00a0' from word)) from unnest(new.customer_stages) as word
    );
    return new;
end
$$;

create or replace trigger keep_words before insert or update on metric_settings
    for each row execute function keep_words();
