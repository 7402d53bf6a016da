#!/bin/sh
# backup.sh SAPA FOLDER: today's backup into FOLDER, linked to the newest one there; KEEP (14) of them stay.
# Only what was made whole has a name without `.part`, so only that is linked to, counted and removed.
set -eu
sapa=$1 folder=$2 keep=${KEEP:-14}
made() { find "$folder" -mindepth 1 -maxdepth 1 -type d -name 'sapa-[0-9]*[0-9]' | sort; }

newest=$(made | tail -n 1)
target=$folder/sapa-$(date -u +%Y%m%d-%H%M%S)
status=0
if [ -n "$newest" ]; then
  "$sapa" backup "$target" --base "$newest" || status=$?
else
  "$sapa" backup "$target" || status=$?
fi
# A backup that lacks a recording is told by status 1 and is there all the same; without a new one none is removed.
if [ -d "$target" ]; then
  made | head -n "-$keep" | while IFS= read -r old; do rm -rf -- "$old"; done
fi
exit "$status"
