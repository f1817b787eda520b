-- May one more request be sent now? One script, so that every process on every host sees one allowance.
--
-- Two rules. The pace (the generic cell rate algorithm): each request books one interval; who comes too early is told
-- how long to wait. Evenly spaced requests are what keeps a busy portal's latency flat: a count alone lets 190 through
-- in five seconds and then nothing for the other five. And the count: bulk work that was held up may catch up, but
-- HubSpot never sees more than it allows in any ten seconds, up to five seconds late as requests may arrive. A request
-- counts from the latest moment at which it can have reached HubSpot: its answer (answered.lua), or five seconds after
-- it left, for the process that asked may be dead.
--   KEYS[1]  when the next request would be on time, in microseconds (rises by one interval per request)
--   KEYS[2]  blocked until, in microseconds: HubSpot said 429, or that nothing remains
--   KEYS[3]  the requests of the last ten seconds, each by the moment from which it counts, in microseconds
--   ARGV[1]  interval between requests, in microseconds
--   ARGV[2]  how early a request may come, in microseconds. Backfills pass less, so live changes go first
--   ARGV[3]  how late one may come and find its place kept, in microseconds
--   ARGV[4]  how many requests ten seconds may hold; 0: they are not counted
--   ARGV[5]  a name for this request; '': nobody asks HubSpot, only whether one could
-- A full Redis takes all of this, too: in a script it refuses only a first write that may need memory.
-- Returns 0 for "go", otherwise the microseconds to wait.
local SECOND = 1000000
local time = redis.call('TIME')
local now = time[1] * SECOND + time[2]
local blocked = tonumber(redis.call('GET', KEYS[2]) or '0')
if blocked > now then return blocked - now end
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now - tonumber(ARGV[3]))
local early = due - now - tonumber(ARGV[2])
if early > 0 then return early end
local most, name = tonumber(ARGV[4]), ARGV[5]
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now - 10 * SECOND))
if most > 0 then
    local over = redis.call('ZCARD', KEYS[3]) - most
    if over >= 0 then
        local ends = redis.call('ZRANGE', KEYS[3], over, over, 'WITHSCORES')[2] + 10 * SECOND
        return math.min(ends - now, SECOND / 4)  -- an answer makes it sooner
    end
end
if name == '' then return 0 end
if most > 0 then
    redis.call('ZADD', KEYS[3], string.format('%.0f', now + 5 * SECOND), name)
    redis.call('PEXPIRE', KEYS[3], 16000)
end
redis.call('SET', KEYS[1], string.format('%.0f', due + tonumber(ARGV[1])), 'PX', 60000)
return 0
