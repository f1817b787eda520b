-- A worker that was out of reach for long, because Postgres was, say, may come back when another has taken up its run: both
-- would walk the same stretches, and the one that fails would end the run of the other. So each has an attempt.
alter table scans add column attempt integer not null default 1;
comment on column scans.attempt is 'how often a worker has taken the run up; a worker with an earlier attempt has lost it';
