#!/bin/sh
# Makes the secrets of compose.yaml beside it, each once: what is there stays as it is.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
cd secrets
new() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { [ -e "$1" ] || printf '%s' "$2" > "$1"; }

keep database_password "$(new)"
keep database_url "postgresql://sapa:$(cat database_password)@database:5432/sapa"
keep broker_password "$(new)"
keep broker_url "amqp://sapa:$(cat broker_password)@broker:5672//"
keep broker_definitions.json "{\"users\": [{\"name\": \"sapa\", \"password\": \"$(cat broker_password)\", \"tags\": []}],
 \"vhosts\": [{\"name\": \"/\"}],
 \"permissions\": [{\"user\": \"sapa\", \"vhost\": \"/\", \"configure\": \".*\", \"write\": \".*\", \"read\": \".*\"}]}"
keep secret_key "$(new)$(new)"
keep metrics_token "$(new)"
# Containers read them as other users; the folder lets nobody else on this machine in.
chmod 644 ./*
chmod 700 .
