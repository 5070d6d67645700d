"""The broker says yes, and the program hears an error: the classic lost acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping

from judge.inside.tap.answers import produced_with_error, response_frame, with_error
from judge.inside.tap.codec import PRODUCE, error_name, read_response
from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.produce import Place, Result
from judge.inside.tap.rules.frame_rule import ApiRule
from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import Options
from judge.inside.tap.seam import Wire


class RewriteResponse(ApiRule):
    """Puts `error` into a response that says success; nothing else on the wire is disturbed.

    Of a Produce response only the partitions that the conditions name are changed.
    """

    name = "rewrite_response"

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        self._error = options.error("error")

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Change it if it is a success that is meant."""
        if not self._is_success(exchange) or not self._fires(wire, exchange):
            return False
        exchange.rule = self.name
        body = read_response(exchange.api, exchange.version, frame)
        if exchange.api == PRODUCE:
            hidden = self._hide(exchange)
            body = produced_with_error(body, self._error, hidden.__contains__)
            self._firing.note(wire, exchange, error=error_name(self._error), hidden=[
                [self._knowledge.name_of(key), partition, offset]
                for (key, partition), offset in hidden.items()
            ])  # fmt: skip
        else:
            body = with_error(body, self._error)
            exchange.refuse(error_name(self._error))
            self._firing.note(wire, exchange, error=error_name(self._error))
        wire.to_program(response_frame(body, exchange.correlation_id), exchange)
        return True

    def _is_success(self, exchange: Exchange) -> bool:
        if exchange.api != PRODUCE:
            return exchange.succeeded
        wanted = [place for place in exchange.places if self._wants(place)]
        return bool(wanted) and all(
            place in exchange.results and exchange.results[place].error is None for place in wanted
        )

    def _hide(self, exchange: Exchange) -> Mapping[Place, int]:
        """Change the results to what the program is told; return what it is not told."""
        results = dict(exchange.results)
        hidden = {}
        for place in filter(self._wants, exchange.places):
            offset = results[place].base_offset
            hidden[place] = -1 if offset is None else offset
            results[place] = Result(error_name(self._error), None)
        exchange.results, exchange.hidden_offsets = results, hidden
        return hidden

    def _wants(self, place: Place) -> bool:
        return self._match.wants(place, self._knowledge)
