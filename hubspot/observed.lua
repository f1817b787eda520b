-- What HubSpot last said of the day's limit.
--   KEYS[1]    where it is kept
--   ARGV[1], … names and values
-- DEL first: after it a full Redis takes the rest, too.
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV))
