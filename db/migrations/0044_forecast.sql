-- Forecasts of what will be won: a snapshot for each day, period and owner, and what came of it.

create table forecasts (
    portal_id    bigint      not null,
    period_start date        not null,
    period_end   date        not null,             -- the day after its last
    owner_id     text        not null default '',  -- '': everybody
    made_on      date        not null,             -- a later run of the day replaces an earlier one
    made_at      timestamptz not null default now(),
    won          numeric     not null,
    commit       numeric     not null,
    best_case    numeric     not null,
    pipeline     numeric     not null,
    p10          numeric     not null,
    p50          numeric     not null,
    p90          numeric     not null,
    mean         numeric     not null,
    weighted     numeric     not null,
    before       numeric     not null,
    open_deals   integer     not null,
    came         numeric,                          -- NULL until the period is over
    scored_at    timestamptz,
    primary key (portal_id, period_start, period_end, owner_id, made_on),
    check (period_start < period_end)
);
comment on table forecasts is
    'What each forecast said of a period, and what came; the view forecast_snapshots has names';
comment on column forecasts.weighted is
    'won, and the open deals to close in the period by HubSpot''s probabilities of their stages';
comment on column forecasts.before is 'what was won in as many days before';

create table forecast_stages (
    portal_id   bigint      not null,
    pipeline_id text        not null,
    stage_id    text        not null,
    made_at     timestamptz not null default now(),
    win_rate    numeric     not null,  -- from 0 to 1
    deals       integer     not null,  -- whose stay in the stage ended within the year
    primary key (portal_id, pipeline_id, stage_id)
);
comment on table forecast_stages is
    'How likely deals in each open stage are to be won, by the last forecast';

create table quotas (
    portal_id    bigint      not null,
    owner_id     text        not null,
    period_start date        not null,
    period_end   date        not null,  -- the day after its last
    amount       numeric     not null check (amount > 0),
    set_at       timestamptz not null default now(),
    primary key (portal_id, owner_id, period_start, period_end),
    check (period_start < period_end)
);
comment on table quotas is 'What each owner is to win in a period, in the company''s money';
