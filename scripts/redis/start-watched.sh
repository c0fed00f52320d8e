#!/bin/sh
# Runs one of the redis-servers that sentinels watch over: `start-watched.sh ADDRESS [MASTER]`, by the addresses that all
# reach them under. MASTER is whom it follows when it is started for the first time; afterwards that is the sentinels' word.
set -eu
umask 077
address=$1 master=${2:-}
cd /data
if [ -e redis.conf ]; then
  role=$(grep '^replicaof ' redis.conf || :)
else
  role=${master:+replicaof $master 6379}
fi
cat >redis.conf <<END
$role
aclfile /run/medisupply/usuarios.acl
dir /data
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel notice
masteruser operator
masterauth $(cat /run/medisupply/redis_password)
replica-announce-ip $address
repl-diskless-sync-delay 0
END
exec redis-server /data/redis.conf
