#!/bin/sh
set -eu
servers="--bootstrap-server $BOOTSTRAP_SERVERS"

for _round in $(seq 40); do
  kafka-topics.sh $servers --describe --topic "$TOPIC"
  sleep 1
done
