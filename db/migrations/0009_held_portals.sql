-- A portal that an operator paused stays paused until an operator resumes it: neither a deploy nor a restart, which
-- register the portal of HUBSPOT_ACCESS_TOKEN anew, and no token that is accepted again may do so.
alter table portals add column held boolean not null default false;
