-- Long work goes in slices that commit. These functions say how much one call does at most.
drop function if exists settle_days(bigint);
drop function if exists refresh_team_keys();
drop function if exists refresh_user_keys();

alter table sales_sums add column due_call_days date[] not null default '{}';
alter table sales_sums add column due_contact_days date[] not null default '{}';
comment on column sales_sums.due_call_days is 'days whose calls are still to be added up';
comment on column sales_sums.due_contact_days is 'days whose contacts are still to be added up';
