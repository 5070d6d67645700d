#!/bin/sh
set -eu
servers="--bootstrap-server $BOOTSTRAP_SERVERS"

kafka-configs.sh $servers --alter --entity-type brokers --entity-default \
  --add-config min.insync.replicas=1
