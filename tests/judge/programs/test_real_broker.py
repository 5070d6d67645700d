"""Tools and a Java client against a real broker: everything they ask passes the tap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.brokers, pytest.mark.slow]

Run = Callable[..., dict[str, Any]]

TOUR = """
    at="--bootstrap-server $BOOTSTRAP_SERVERS"
    set -e
    kafka-topics.sh $at --create --topic orders --partitions 2 --replication-factor 1
    kafka-configs.sh $at --alter --entity-type topics --entity-name orders \
        --add-config min.insync.replicas=1
    kafka-configs.sh $at --describe --entity-type topics --entity-name orders
    seq 1 50 | kafka-console-producer.sh $at --topic orders
    kafka-console-consumer.sh $at --topic orders --from-beginning --max-messages 50 --group g \
        --timeout-ms 30000 | sort -n | tail -1
    kafka-consumer-groups.sh $at --describe --group g --timeout 60000
    kafka-get-offsets.sh $at --topic orders
    kafka-leader-election.sh $at --election-type preferred --topic orders --partition 0
    echo '{"version":1,"partitions":[{"topic":"orders","partition":0,"replicas":[1]}]}' > /tmp/plan
    kafka-reassign-partitions.sh $at --reassignment-json-file /tmp/plan --verify
    kafka-log-dirs.sh $at --describe --topic-list orders | tail -1
    kafka-metadata-quorum.sh $at describe --status
    kafka-transactions.sh $at list
    kafka-broker-api-versions.sh $at | head -1
"""

CLIENT = """
    import java.util.*;
    import org.apache.kafka.clients.consumer.*;
    import org.apache.kafka.clients.producer.*;
    import org.apache.kafka.common.serialization.*;

    public class Main {
        public static void main(String[] args) throws Exception {
            Map<String, Object> settings = new HashMap<>();
            settings.put("bootstrap.servers", System.getenv("BOOTSTRAP_SERVERS"));
            settings.put("compression.type", "zstd");
            var text = new StringSerializer();
            try (var producer = new KafkaProducer<>(settings, text, text)) {
                System.out.println(producer.send(new ProducerRecord<>("orders", 0, "k", "v"))
                    .get().offset() >= 0);
            }
            settings.put("group.id", "java");
            settings.put("auto.offset.reset", "earliest");
            var read = new StringDeserializer();
            try (var consumer = new KafkaConsumer<>(settings, read, read)) {
                consumer.subscribe(List.of("orders"));
                while (consumer.poll(java.time.Duration.ofMillis(100)).isEmpty()) { }
                System.out.println("read");
            }
        }
    }
"""


def test_it_carries_whatever_a_tool_or_a_java_client_asks(behind_tap: Run) -> None:
    toured = behind_tap("runbook", TOUR)
    client = behind_tap("java", CLIENT)

    assert toured["exit"]["code"] == 0, toured["stdout"] + toured["stderr"]
    assert [each["code"] for each in toured["commands"]] == [0] * 13
    for words in ("min.insync.replicas=1", "\n50\n", "LeaderId:", '"error":null', "orders:0:"):
        assert words in toured["stdout"]
    assert client["stdout"].split() == ["true", "read"], client["stderr"]
    assert client["stderr"] == ""
