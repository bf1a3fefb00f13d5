-- Writes a record if its revision is still the one expected. Redis runs a script
-- with nothing in between, so that reading and writing are one step.
-- KEYS: the record, the counter of revisions, the records' sizes, their expiries, the
--       sum of the sizes.
-- ARGV: expected revision, now, user, data, expires, time to keep (milliseconds),
--       prefix of the indexes by user, the record's key, its size,
--       how many records and bytes there may be, prefix of the records.
-- Returns the new revision, 0 where another is there, or minus the time at which the
-- first record expires where there is no room.
local now, size = tonumber(ARGV[2]), tonumber(ARGV[9])
local is = redis.call('HMGET', KEYS[1], 'revision', 'expires', 'user')
local revision = '0'
if is[1] and tonumber(is[2]) > now then revision = is[1] end
if revision ~= ARGV[1] then return 0 end

local old = tonumber(redis.call('HGET', KEYS[3], ARGV[8]) or 0)
local more = old == 0 and 1 or 0
local function fits()
  local records = redis.call('HLEN', KEYS[3]) + more
  local bytes = tonumber(redis.call('GET', KEYS[5]) or 0) + size - old
  return (records <= tonumber(ARGV[10]) or more == 0) and (bytes <= tonumber(ARGV[11]) or size <= old)
end
if not fits() then -- so many at a time that nobody waits for long
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, 1000)) do
    if key ~= ARGV[8] then
      local user = redis.call('HGET', ARGV[12] .. key, 'user')
      if user and user ~= '' then redis.call('SREM', ARGV[7] .. user, key) end
      redis.call('DEL', ARGV[12] .. key)
      redis.call('DECRBY', KEYS[5], redis.call('HGET', KEYS[3], key) or 0)
      redis.call('HDEL', KEYS[3], key)
      redis.call('ZREM', KEYS[4], key)
    end
  end
  if not fits() then return -tonumber(redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')[2] or now) end
end

if is[3] and is[3] ~= '' and is[3] ~= ARGV[3] then
  redis.call('SREM', ARGV[7] .. is[3], ARGV[8])
end
local new = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'user', ARGV[3], 'data', ARGV[4], 'expires', ARGV[5], 'revision', new)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('HSET', KEYS[3], ARGV[8], size)
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[8])
redis.call('INCRBY', KEYS[5], size - old)
for i = 3, 5 do -- they are of no use without a record
  if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[6]) then redis.call('PEXPIRE', KEYS[i], ARGV[6]) end
end
if ARGV[3] ~= '' then
  local index = ARGV[7] .. ARGV[3]
  redis.call('SADD', index, ARGV[8])
  if redis.call('PTTL', index) < tonumber(ARGV[6]) then redis.call('PEXPIRE', index, ARGV[6]) end
end
return new
