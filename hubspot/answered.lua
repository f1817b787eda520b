-- HubSpot has answered, so it counted this request now at the latest.
--   KEYS[1]  the requests of the last ten seconds, each by the moment from which it counts, in microseconds
--   KEYS[2]  how many answers there were of each status
--   ARGV[1]  the request's name
--   ARGV[2]  the answer's status, or none
-- PEXPIRE first: after it a full Redis takes the rest, too.
redis.call('PEXPIRE', KEYS[1], 16000)
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'XX', 'LT', string.format('%.0f', time[1] * 1000000 + time[2]), ARGV[1])
redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
