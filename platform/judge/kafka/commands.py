"""Kafka's command line tools by the names of their scripts, and the class behind each."""

from __future__ import annotations

from collections.abc import Mapping

_TOOLS = "org.apache.kafka.tools"

COMMANDS: Mapping[str, str] = {
    "kafka-broker-api-versions.sh": f"{_TOOLS}.BrokerApiVersionsCommand",
    "kafka-client-metrics.sh": f"{_TOOLS}.ClientMetricsCommand",
    "kafka-cluster.sh": f"{_TOOLS}.ClusterTool",
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
    "kafka-console-consumer.sh": f"{_TOOLS}.consumer.ConsoleConsumer",
    "kafka-console-producer.sh": f"{_TOOLS}.ConsoleProducer",
    "kafka-console-share-consumer.sh": f"{_TOOLS}.consumer.ConsoleShareConsumer",
    "kafka-consumer-groups.sh": f"{_TOOLS}.consumer.group.ConsumerGroupCommand",
    "kafka-consumer-perf-test.sh": f"{_TOOLS}.ConsumerPerformance",
    "kafka-delete-records.sh": f"{_TOOLS}.DeleteRecordsCommand",
    "kafka-dump-log.sh": f"{_TOOLS}.DumpLogSegments",
    "kafka-e2e-latency.sh": f"{_TOOLS}.EndToEndLatency",
    "kafka-features.sh": f"{_TOOLS}.FeatureCommand",
    "kafka-get-offsets.sh": f"{_TOOLS}.GetOffsetShell",
    "kafka-groups.sh": f"{_TOOLS}.GroupsCommand",
    "kafka-leader-election.sh": f"{_TOOLS}.LeaderElectionCommand",
    "kafka-log-dirs.sh": f"{_TOOLS}.LogDirsCommand",
    "kafka-metadata-quorum.sh": f"{_TOOLS}.MetadataQuorumCommand",
    "kafka-producer-perf-test.sh": f"{_TOOLS}.ProducerPerformance",
    "kafka-reassign-partitions.sh": f"{_TOOLS}.reassign.ReassignPartitionsCommand",
    "kafka-share-groups.sh": f"{_TOOLS}.consumer.group.ShareGroupCommand",
    "kafka-topics.sh": f"{_TOOLS}.TopicCommand",
    "kafka-transactions.sh": f"{_TOOLS}.TransactionsCommand",
}
"""As bin/ of the release has them, without what needs a file system or a security of its own."""

_ASK = "--bootstrap-server {bootstrap}"

TRAINING = (
    f"kafka-topics.sh {_ASK} --create --topic trained --partitions 3 --replication-factor 1",
    f"kafka-topics.sh {_ASK} --list",
    f"kafka-topics.sh {_ASK} --describe",
    f"kafka-topics.sh {_ASK} --alter --topic trained --partitions 4",
    f"kafka-configs.sh {_ASK} --describe --entity-type brokers --entity-name 1 --all",
    f"kafka-configs.sh {_ASK} --alter --entity-type topics --entity-name trained"
    " --add-config retention.ms=100000",
    f"kafka-configs.sh {_ASK} --describe --entity-type topics --entity-name trained",
    f"kafka-console-producer.sh {_ASK} --topic trained --property parse.key=true"
    " --property key.separator=:",
    "kafka-producer-perf-test.sh --topic trained --num-records 20 --record-size 10"
    " --throughput -1 --producer-props bootstrap.servers={bootstrap}",
    f"kafka-console-consumer.sh {_ASK} --topic trained --from-beginning --max-messages 2"
    " --timeout-ms 5000 --group tools --property print.key=true",
    f"kafka-consumer-groups.sh {_ASK} --list",
    f"kafka-consumer-groups.sh {_ASK} --describe --group tools",
    f"kafka-consumer-groups.sh {_ASK} --reset-offsets --to-earliest --topic trained"
    " --group tools --execute",
    f"kafka-get-offsets.sh {_ASK} --topic trained",
    f"kafka-leader-election.sh {_ASK} --election-type preferred --topic trained --partition 0",
    f"kafka-leader-election.sh {_ASK} --election-type unclean --topic trained --partition 0",
    f"kafka-reassign-partitions.sh {_ASK} --list",
    f"kafka-log-dirs.sh {_ASK} --describe --topic-list trained",
    f"kafka-metadata-quorum.sh {_ASK} describe --status",
    f"kafka-metadata-quorum.sh {_ASK} describe --replication",
    f"kafka-transactions.sh {_ASK} list",
    f"kafka-groups.sh {_ASK} --list",
    f"kafka-broker-api-versions.sh {_ASK}",
    f"kafka-cluster.sh cluster-id {_ASK}",
    "kafka-topics.sh --help",
)
"""What the class archive is recorded from. A tool that is not here starts a little slower."""


def training_text(bootstrap: str) -> str:
    """The training for `ToolTraining`: a command a line, its words split by tabs."""
    lines = []
    for line in TRAINING:
        script, *words = line.format(bootstrap=bootstrap).split()
        lines.append("\t".join([COMMANDS[script], *words]))
    return "\n".join(lines) + "\n"
