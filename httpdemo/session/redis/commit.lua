-- Writes a record if its revision is still the one expected. Redis runs a script
-- with nothing in between, so that reading and writing are one step.
-- KEYS: the record, the counter of revisions.
-- ARGV: expected revision, now, user, data, expires, time to keep (milliseconds),
--       prefix of the indexes by user, the record's key.
local is = redis.call('HMGET', KEYS[1], 'revision', 'expires', 'user')
local revision = '0'
if is[1] and tonumber(is[2]) > tonumber(ARGV[2]) then revision = is[1] end
if revision ~= ARGV[1] then return 0 end

if is[3] and is[3] ~= '' and is[3] ~= ARGV[3] then
  redis.call('SREM', ARGV[7] .. is[3], ARGV[8])
end
local new = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'user', ARGV[3], 'data', ARGV[4], 'expires', ARGV[5], 'revision', new)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
if ARGV[3] ~= '' then
  local index = ARGV[7] .. ARGV[3]
  redis.call('SADD', index, ARGV[8])
  if redis.call('PTTL', index) < tonumber(ARGV[6]) then redis.call('PEXPIRE', index, ARGV[6]) end
end
return new
