#!/bin/sh
set -eu
servers="--bootstrap-server $BOOTSTRAP_SERVERS"

kafka-configs.sh $servers --alter --entity-type topics --entity-name "$TOPIC" \
  --add-config unclean.leader.election.enable=true
kafka-leader-election.sh $servers --election-type unclean --topic "$TOPIC" --partition 0 || true
