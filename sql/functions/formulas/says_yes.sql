-- Is an answer one of the words that mean yes, in any case? NULL is no. PostgreSQL inlines it: the
-- body is parsed here and needs no search_path.
create or replace function says_yes(answer text, yes_words text[]) returns boolean
    language sql immutable parallel safe
    return coalesce(
        lower(trim(both E' \t\r\n\u00a0' from answer))
            = any (coalesce(yes_words, '{yes,y,true,1,on}')),
        false
    );
