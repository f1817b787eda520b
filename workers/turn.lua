-- May this portal have one more worker, or is it another's turn? One script, so that every worker on every host sees
-- the holders. The portal with fewer workers goes first; among equals, the one that waited longest since its last turn.
-- A turn without an end is over after a while: its worker died.
--   KEYS[1], KEYS[2]  of the portal that asks: its turns (when each is over at the latest, in microseconds), and when
--                     the last one began
--   KEYS[3], …        the same two of each portal that waits, in the order of ARGV[3], …
--   ARGV[1]           the name of the turn
--   ARGV[2]           how long a turn lasts at most, in microseconds
--   ARGV[3], …        the portals that wait
-- Returns "" when the turn has begun, otherwise the portal that goes first.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function standing(at)
    redis.call('ZREMRANGEBYSCORE', KEYS[at], '-inf', now)
    return redis.call('ZCARD', KEYS[at]), tonumber(redis.call('GET', KEYS[at + 1]) or '0')
end
local fewest, earliest = standing(1)
local first = ''
for place = 3, #ARGV do
    local held, began = standing(2 * place - 3)
    if held < fewest or (held == fewest and began < earliest) then
        fewest, earliest, first = held, began, ARGV[place]
    end
end
if first == '' then
    redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ARGV[2] / 1000))
    redis.call('SET', KEYS[2], string.format('%.0f', now), 'PX', 3600000)
end
return first
