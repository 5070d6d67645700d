#!/bin/sh
set -eu
servers="--bootstrap-server $BOOTSTRAP_SERVERS"

floor() {
  kafka-configs.sh $servers --alter --entity-type topics --entity-name "$TOPIC" \
    --add-config "min.insync.replicas=$1"
}

until true; do
  floor 1
