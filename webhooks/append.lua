-- KEYS: the stream, the wake-up flag; ARGV: the flag's seconds, packed deliveries. True when nobody was woken yet.
for place = 2, #ARGV do redis.call('XADD', KEYS[1], '*', 'body', ARGV[place]) end
return redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1])
