-- KEYS: the stream, the wake-up flag; ARGV: the packed delivery, the flag's seconds. True when nobody was woken yet.
redis.call('XADD', KEYS[1], '*', 'body', ARGV[1])
return redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[2])
