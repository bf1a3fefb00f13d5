-- Removes a record, if it has the revision expected ('0': whatever it has).
-- KEYS: the record, the records' sizes, their expiries, the sum of the sizes.
-- ARGV: expected revision, now, prefix of the indexes, key.
local is = redis.call('HMGET', KEYS[1], 'revision', 'expires', 'user')
if ARGV[1] ~= '0' and not (is[1] == ARGV[1] and tonumber(is[2]) > tonumber(ARGV[2])) then return 0 end
if is[3] and is[3] ~= '' then redis.call('SREM', ARGV[3] .. is[3], ARGV[4]) end
redis.call('DEL', KEYS[1])
local size = redis.call('HGET', KEYS[2], ARGV[4])
if size then
  redis.call('HDEL', KEYS[2], ARGV[4])
  redis.call('ZREM', KEYS[3], ARGV[4])
  if redis.call('HLEN', KEYS[2]) == 0 then
    redis.call('DEL', KEYS[4])
  else
    redis.call('DECRBY', KEYS[4], size)
  end
end
return 1
