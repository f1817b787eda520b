-- May one more request be sent now? One script, so that every process on every host sees one allowance.
-- The generic cell rate algorithm: each request books one interval; who comes too early is told how long to wait.
-- Evenly spaced requests are what keeps a busy portal's latency flat: a plain rolling count lets 190 through
-- in five seconds and then nothing for the other five.
--   KEYS[1]  when the next request would be on time, in microseconds (rises by one interval per request)
--   KEYS[2]  blocked until, in microseconds: HubSpot said 429, or that nothing remains
--   ARGV[1]  interval between requests, in microseconds
--   ARGV[2]  how early a request may come, in microseconds: the rest of the burst. Backfills pass less, so live
--            changes go first
-- Returns 0 for "go", otherwise the microseconds to wait.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local blocked = tonumber(redis.call('GET', KEYS[2]) or '0')
if blocked > now then return blocked - now end
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local early = due - now - tonumber(ARGV[2])
if early > 0 then return early end
redis.call('SET', KEYS[1], string.format('%.0f', due + tonumber(ARGV[1])), 'PX', 60000)
return 0
