-- KEYS: the stream, the wake-up flag; ARGV: the flag's seconds, the number of this request, packed
-- deliveries, each with its seal and who signed it. Answers that number and 1 when nobody was woken yet: an answer that belongs to
-- another request shows.
for place = 3, #ARGV, 3 do
    redis.call('XADD', KEYS[1], '*', 'body', ARGV[place], 'seal', ARGV[place + 1], 'by', ARGV[place + 2])
end
return {tonumber(ARGV[2]), redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) and 1 or 0}
