-- wrk script: each request names the next of so many hosts (the first argument); site-0.test, site-1.test, …
function init(args)
  count = tonumber(args[1])
  requests = {}
  for i = 0, count - 1 do
    requests[i + 1] = wrk.format("GET", "/", { Host = "site-" .. i .. ".test" })
  end
  at = 0
end

function request()
  at = at + 7919
  if at >= count then at = at % count end
  return requests[at + 1]
end
