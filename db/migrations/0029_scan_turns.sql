-- A worker that was out of reach for long, because Postgres was, say, may come back when another has taken up its run: both
-- would walk the same stretches, and the one that fails would end the run of the other. So each has a turn.
alter table scans add column turn integer not null default 1;
comment on column scans.turn is 'how often a worker has taken the run up; whoever has an earlier turn has lost it';
