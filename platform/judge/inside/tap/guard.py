"""What a learner's program may not ask of the brokers, and the answer that it gets instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from kio.schema.errors import ErrorCode

from judge.inside.tap.answers import produce_refusal, response_frame
from judge.inside.tap.codec import (
    FETCH,
    PRODUCE,
    RequestHead,
    UndecodableError,
    api_name,
    api_number,
    error_name,
    read_request,
)
from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.produce import Result, TopicKey
from judge.inside.tap.refusals import refused
from judge.inside.tap.seam import Wire


def _numbers(names: str) -> frozenset[int]:
    return frozenset(number for name in names.split() if (number := api_number(name)) is not None)


ADMINISTRATION = _numbers(
    "create_topics delete_topics delete_records create_partitions alter_configs"
    " incremental_alter_configs alter_replica_log_dirs delete_groups elect_leaders"
    " alter_partition_reassignments offset_delete alter_client_quotas update_features"
    " alter_share_group_offsets delete_share_group_offsets"
)
"""What changes topics, groups or brokers: a runbook's trade, and no other program's."""

NOBODYS = _numbers(
    "create_acls delete_acls create_delegation_token renew_delegation_token"
    " expire_delegation_token alter_user_scram_credentials write_txn_markers envelope vote"
    " begin_quorum_epoch end_quorum_epoch alter_partition fetch_snapshot broker_registration"
    " broker_heartbeat unregister_broker allocate_producer_ids controller_registration"
    " assign_replicas_to_dirs add_raft_voter remove_raft_voter update_raft_voter"
    " initialize_share_group_state read_share_group_state write_share_group_state"
    " delete_share_group_state read_share_group_state_summary"
)
"""What brokers say to each other, and who may do what. Without an authorizer a broker believes
anybody: a marker that a program writes would end another producer's transaction."""

_STATED = 15
"""From this version of Fetch on a follower's id is in a tagged field (KIP-903)."""

_PLATFORMS = ("__", "canary-")
"""Topics that begin so are Kafka's or ours. A client may write to Kafka's own under one name."""


class Guard:
    """Answers what is refused as a broker with an authorizer would; the broker never sees it.

    Args:
        name_of: a topic's name; of an id that no Metadata response has named, the id as text.
    """

    def __init__(self, name_of: Callable[[TopicKey], str]) -> None:
        self._name_of = name_of
        self._apis: frozenset[int] = frozenset()
        self.refused: Counter[str] = Counter()
        """Requests refused, by API name."""

    def watch(self, *, administers: bool) -> None:
        """From now on refuse what such a program may not ask. Until then nothing is refused."""
        asked = {PRODUCE, FETCH}
        self._apis = NOBODYS | asked | (frozenset() if administers else ADMINISTRATION)

    def refuses(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Whether this request was answered here. Raises UndecodableError without an answer."""
        if exchange.api not in self._apis:
            return False
        if exchange.api == PRODUCE:
            return self._refuses_records(wire, exchange)
        head = RequestHead(exchange.api, exchange.version, exchange.correlation_id)
        if exchange.api == FETCH:
            self._require_consumer(head, frame)
            return False
        self.refused[api_name(exchange.api)] += 1
        answer = refused(head, read_request(head, frame)[1])
        wire.withhold(exchange)
        wire.to_program(answer, exchange)
        return True

    def _refuses_records(self, wire: Wire, exchange: Exchange) -> bool:
        errors = [error for b in exchange.batches if (error := self._error_of(b.topic_key))]
        if not errors:
            return False
        self.refused["produce"] += 1
        if exchange.acks == 0:
            raise UndecodableError("records without an answer for a topic that is not its own")
        exchange.results = {p: Result(error_name(errors[0]), None) for p in exchange.places}
        body = produce_refusal(exchange.version, exchange.batches, errors[0])
        wire.withhold(exchange)
        wire.to_program(response_frame(body, exchange.correlation_id), exchange)
        return True

    def _require_consumer(self, head: RequestHead, frame: memoryview) -> None:
        """A leader believes who fetches as a follower: it would count what nobody has copied."""
        body = read_request(head, frame)[1]
        replica = body.replica_state.replica_id if head.version >= _STATED else body.replica_id
        if replica >= 0:
            self.refused["fetch"] += 1
            raise UndecodableError(f"a fetch in the name of broker {replica}")

    def _error_of(self, key: TopicKey) -> ErrorCode | None:
        name = self._name_of(key)
        if isinstance(key, UUID) and name == str(key):
            # Retriable: an honest client asks for Metadata, and then we know the name as well.
            return ErrorCode.unknown_topic_id
        return ErrorCode.topic_authorization_failed if name.startswith(_PLATFORMS) else None
