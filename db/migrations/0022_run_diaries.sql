-- Each run of a scan keeps its own log: when it was taken up, paused, put off, failed, and by which
-- tenths it went on. It goes with its row, so that nothing else has to be tidied up.
alter table scans add column diary jsonb not null default '[]';
comment on column scans.diary is
'what happened to the run, oldest first: at, state, attempt, records, error; the last 200 changes';
