#!/bin/sh
set -eu
servers="--bootstrap-server $BOOTSTRAP_SERVERS"

kafka-topics.sh --zookeeper zk:2181 --alter --topic "$TOPIC" --config min.insync.replicas=1
