#!/bin/sh
# Runbook: checkout does not take orders.
# Last changed by somebody who has left.

# 1. Look.
kafka-topics.sh --bootstrap-server "$BOOTSTRAP_SERVERS" --describe --topic "$TOPIC"

# 2. Give the partition a leader.
kafka-leader-election.sh --bootstrap-server "$BOOTSTRAP_SERVERS" \
  --election-type unclean --topic "$TOPIC" --partition 0

# 3. Look again.
kafka-topics.sh --bootstrap-server "$BOOTSTRAP_SERVERS" --describe --topic "$TOPIC"
exit 0
