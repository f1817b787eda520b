-- KEYS: the stream, the wake-up flag; ARGV: the flag's seconds, the number of this request, packed
-- deliveries. Answers that number and 1 when nobody was woken yet: an answer that belongs to
-- another request shows.
for place = 3, #ARGV do redis.call('XADD', KEYS[1], '*', 'body', ARGV[place]) end
return {tonumber(ARGV[2]), redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) and 1 or 0}
