-- Models, the scores that they gave, who fits the best customers, and how far the leads drifted.

create table models (
    portal_id   bigint      not null,
    model_id    bigint      not null generated always as identity,
    kind        text        not null,      -- rules, logistic, boosting or blend
    made_at     timestamptz not null default now(),
    state       text        not null,
    state_at    timestamptz not null default now(),
    refused     text,                      -- why no model was good enough
    fingerprint text        not null,      -- of the data that it was taught with
    scores      jsonb       not null,      -- how good it is: AUC by month, rivals, calibration …
    artifact    bytea       not null,      -- tables of log-odds, compressed JSON: no code
    primary key (portal_id, model_id),
    check (state in ('current', 'shadow', 'former', 'refused'))
);
create unique index models_one_of_each on models (portal_id, state)
    where state in ('current', 'shadow');
comment on table models is 'lead scoring models, with how good each one is';

create table lead_scores (
    portal_id   bigint       not null,
    contact_id  text         not null,
    model_id    bigint       not null,
    as_of       timestamptz  not null,
    probability real         not null,
    score       numeric(4,1) not null,     -- 0 to 100
    reasons     jsonb        not null,     -- [feature, value, points]; the points add up to score
    deal_id     text,                      -- the open deal that the score is about
    primary key (portal_id, contact_id, model_id)
);
create index lead_scores_best on lead_scores (portal_id, model_id, score desc, contact_id);
comment on table lead_scores is 'what each model says of each contact';

create table icp_segments (
    portal_id  bigint  not null,
    size_band  text    not null,
    industry   text    not null,
    as_of      timestamptz not null,
    leads      integer not null,
    customers  integer not null,
    conversion numeric,
    least      numeric,                    -- Wilson interval of the conversion, 95 %
    most       numeric,
    smoothed   numeric,
    lift       numeric,
    tier       text,
    primary key (portal_id, size_band, industry)
);
comment on table icp_segments is 'how often companies of a size and industry become customers';

create table company_scores (
    portal_id  bigint       not null,
    company_id text         not null,
    as_of      timestamptz  not null,
    size_band  text         not null,
    industry   text         not null,
    tier       text,
    score      numeric(4,1) not null,
    reasons    jsonb        not null,
    primary key (portal_id, company_id)
);
comment on table company_scores is 'how well each company fits the best customers';

create table drift_checks (
    portal_id  bigint      not null,
    model_id   bigint      not null,
    checked_at timestamptz not null,
    feature    text        not null,
    psi        numeric     not null,       -- population stability index over ten bins
    chance     numeric     not null,       -- what chance alone may make it with so few rows
    rows       integer     not null,
    level      text        not null check (level in ('steady', 'warn', 'alert')),
    primary key (portal_id, model_id, checked_at, feature)
);
comment on table drift_checks is 'how far the leads of a month are from those a model learnt from';

create table assignments (
    portal_id   bigint      not null,
    experiment  text        not null,
    contact_id  text        not null,
    variant     text        not null,
    assigned_at timestamptz not null default now(),
    primary key (portal_id, experiment, contact_id)
);
comment on table assignments is 'which variant of an experiment each contact got';
