#!/bin/sh
# Before each start of the agent: one that failed and failed again is tried less and less, at the end every 45 s, for ever.
# systemd can do this by itself from version 254 on (RestartSteps=), which Debian 12 does not have.
# Whoever starts or restarts the agent by hand does not wait.
tries=$(systemctl show --value --property=NRestarts lineside.service)
[ "${tries:-0}" -gt 0 ] || exit 0
starts=$RUNTIME_DIRECTORY/starts
now=$(date +%s)
touch "$starts"
while read -r at; do
  [ "$at" -gt $((now - 600)) ] && [ "$at" -le "$now" ] && echo "$at"
done <"$starts" >"$starts.new"
echo "$now" >>"$starts.new"
mv "$starts.new" "$starts"
recent=$(wc -l <"$starts")
[ "$recent" -gt 5 ] || exit 0
pause=$(((recent - 5) * 5))
[ "$pause" -le 45 ] || pause=45
echo "started $recent times within ten minutes; the next try is in $pause s"
sleep "$pause"
