-- Who submitted which form, when and where? One row for each submission. HubSpot names no contact:
-- join contacts by email, in small letters. values holds every field by name; a field with several
-- values has its last. Leaves out submissions of erased people.
create or replace view form_submissions with (security_invoker = true) as
select
    submission.portal_id,
    submission.key as submission_id,
    submission.parent_key as form_id,
    form.form_name,
    submission.updated_at as submitted_at,
    answers.email,
    submission.raw_json ->> 'pageUrl' as page_url,
    answers.values,
    submission.synced_at,
    submission.gone_at
from hubspot_polled as submission
cross join lateral (
    select
        lower(trim(max(entry ->> 'value') filter (where entry ->> 'name' = 'email'))) as email,
        jsonb_object_agg(entry ->> 'name', entry -> 'value')
            filter (where entry ->> 'name' is not null) as values
    from jsonb_path_query(submission.raw_json, '$.values[*]') as entry
) as answers
left join forms as form
    on submission.portal_id = form.portal_id and submission.parent_key = form.form_id
where submission.family = 'form_submissions';
