#!/bin/sh
set -eu
servers="--bootstrap-server $BOOTSTRAP_SERVERS"

leader=$(kafka-topics.sh $servers --describe --topic "$TOPIC" |
  sed -n 's/.*Leader: \([0-9]*\).*/\1/p')
replicas=$(kafka-topics.sh $servers --describe --topic "$TOPIC" |
  sed -n 's/.*Replicas: \([0-9,]*\).*/\1/p')
spare=$(kafka-broker-api-versions.sh $servers 2>/dev/null |
  sed -n 's/.*(id: \([0-9]*\) .*/\1/p' | sort -u |
  while read -r id; do
    case ",$replicas," in
      *",$id,"*) ;;
      *) echo "$id" ;;
    esac
  done | head -n 1)
printf '{"version":1,"partitions":[{"topic":"%s","partition":0,"replicas":[%s,%s]}]}\n' \
  "$TOPIC" "$leader" "$spare" > /tmp/plan.json
cat /tmp/plan.json
kafka-reassign-partitions.sh $servers --reassignment-json-file /tmp/plan.json --execute
