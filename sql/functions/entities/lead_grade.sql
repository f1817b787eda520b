-- Which grade is a lead score from 0 to 100? NULL where there is none. PostgreSQL inlines it: the
-- body is parsed here and needs no search_path.
create or replace function lead_grade(score numeric) returns text
    language sql immutable parallel safe
    return case
        when score <= 20 then 'F'
        when score <= 40 then 'D'
        when score <= 60 then 'C'
        when score <= 80 then 'B'
        when score is not null then 'A'
    end;
