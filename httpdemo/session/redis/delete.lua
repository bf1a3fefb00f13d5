-- Removes a record, if it has the revision expected ('0': whatever it has).
-- KEYS: the record. ARGV: expected revision, now, prefix of the indexes, key.
local is = redis.call('HMGET', KEYS[1], 'revision', 'expires', 'user')
if ARGV[1] ~= '0' and not (is[1] == ARGV[1] and tonumber(is[2]) > tonumber(ARGV[2])) then return 0 end
if is[3] and is[3] ~= '' then redis.call('SREM', ARGV[3] .. is[3], ARGV[4]) end
redis.call('DEL', KEYS[1])
return 1
