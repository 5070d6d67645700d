#!/bin/sh
set -eu
servers="--bootstrap-server $BOOTSTRAP_SERVERS"

floor() {
  kafka-configs.sh $servers --alter --entity-type topics --entity-name "$TOPIC" \
    --add-config "min.insync.replicas=$1"
}

in_sync() {
  kafka-topics.sh $servers --describe --topic "$TOPIC" |
    sed -n 's/.*Isr: \([0-9,]*\).*/\1/p' | tr ',' '\n' | grep -c .
}

floor 1
# Every order from here on exists once, until a second replica has caught up.
until [ "$(in_sync)" -ge 2 ]; do
  sleep 0.5
done
floor 2
