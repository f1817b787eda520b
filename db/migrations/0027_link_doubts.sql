-- Which links somebody should look at, worst first, as the workers found them last (sql/functions/34_refresh_link_doubts).
-- Found as one asks, all numbers and addresses are compared: 0.4 s at the real portal's size, 5 s at ten times that, for
-- a page of a hundred. By ids alone: names are looked up as one asks, so that nobody's data is kept twice.
create table link_doubts (
    portal_id       bigint  not null,
    kind            text    not null,
    from_id         text    not null,
    to_id           text,
    linked          boolean not null,
    why             text    not null,
    link_rule       text,
    link_score      numeric,
    runner_up_id    text,
    runner_up_rule  text,
    runner_up_score numeric,
    primary key (portal_id, kind, from_id)
);
-- The order in which uncertain_links shows them.
create index on link_doubts (linked, link_score, kind, portal_id, from_id);
