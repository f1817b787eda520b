-- HubSpot said no: nobody asks before the wait is over. A shorter wait never ends a longer one: an answer that was
-- under way when the daily limit was reached must not open the gate again.
--   KEYS[1]  blocked until, in microseconds
--   ARGV[1]  how long from now, in microseconds
-- DEL first: after it a full Redis takes the rest, too.
local time = redis.call('TIME')
local ends = time[1] * 1000000 + time[2] + ARGV[1]
if ends > tonumber(redis.call('GET', KEYS[1]) or '0') then
    redis.call('DEL', KEYS[1])
    redis.call('SET', KEYS[1], string.format('%.0f', ends), 'PX', string.format('%.0f', ARGV[1] / 1000 + 1000))
end
