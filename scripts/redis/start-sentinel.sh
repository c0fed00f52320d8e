#!/bin/sh
# Runs a sentinel: `start-sentinel.sh NAME MASTER`, by the names that all reach them under. What it learns of the others it
# keeps in its file. Anybody on the network may ask who is the master; the rest is for the operator and the other sentinels.
set -eu
umask 077
address=$1 master=$2
cd /data
[ -e sentinel.conf ] || {
  password=$(cat /run/medisupply/redis_password)
  cat >sentinel.conf.new <<END
port 26379
dir /data
protected-mode no
user default on nopass resetchannels -@all +ping +client|setname +sentinel|get-master-addr-by-name +sentinel|sentinels
user operator on >$password ~* &* +@all
sentinel announce-ip $address
sentinel sentinel-user operator
sentinel sentinel-pass $password
sentinel monitor medisupply $master 6379 2
sentinel auth-user medisupply operator
sentinel auth-pass medisupply $password
sentinel down-after-milliseconds medisupply 5000
sentinel failover-timeout medisupply 20000
END
  mv sentinel.conf.new sentinel.conf
}
exec redis-server /data/sentinel.conf --sentinel
