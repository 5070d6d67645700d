"""Attempts over the API: start, follow, cancel, read. Everybody sees their own."""

from __future__ import annotations

from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attempts.access import attempt_for, own_attempt
from attempts.cancel import cancel
from attempts.histories import history_file
from attempts.intake import check_may_run, start_attempt
from attempts.models import Attempt
from attempts.queue_place import queue_place
from attempts.stream import read_events
from catalog.find import lab_or_404
from submissions.models import Submission
from submissions.refusal import Refusal, refusing
from web.throttles import PersonThrottle

LISTED = 50


class StartThrottle(PersonThrottle):
    """Starting a run costs brokers; reading does not."""

    rate, scope = "20/min", "attempts"


class AttemptRequest(serializers.Serializer):
    """Which submission to judge."""

    submission = serializers.IntegerField(min_value=1)


class QueueBody(serializers.Serializer):
    """A place in the queue; `wait_s` is null while no worker is up."""

    place = serializers.IntegerField()
    wait_s = serializers.FloatField(allow_null=True)


class AttemptBody(serializers.ModelSerializer):
    """An attempt; `queue` is null unless it waits."""

    queue = serializers.SerializerMethodField()
    submission = serializers.IntegerField(source="submission_id")

    class Meta:
        model = Attempt
        fields = [
            "uid", "lab_slug", "stage", "number", "submission", "state", "verdict", "reason",
            "made_at", "started_at", "finished_at", "cancel_requested", "reruns", "queue",
        ]  # fmt: skip

    @extend_schema_field(QueueBody(allow_null=True))
    def get_queue(self, attempt: Attempt) -> dict[str, object] | None:
        """The place of a waiting attempt."""
        place = queue_place(attempt)
        return {"place": place.place, "wait_s": place.wait_s} if place else None


class EventBody(serializers.Serializer):
    """One event of a run; docs of judge.events say what `data` holds for each kind."""

    id = serializers.CharField()
    epoch = serializers.IntegerField(help_text="grows when a run begins anew")
    kind = serializers.CharField()
    t_ms = serializers.FloatField()
    data = serializers.DictField()


class AttemptList(APIView):
    """Your attempts."""

    @extend_schema(operation_id="list_attempts", responses=AttemptBody(many=True))
    def get(self, request: Request) -> Response:
        """List your latest attempts."""
        rows = Attempt.objects.filter(user=request.user).defer("report", "story", "trace")
        return Response(AttemptBody(rows.order_by("-id")[:LISTED], many=True).data)

    @extend_schema(
        operation_id="create_attempt",
        request=AttemptRequest,
        responses={201: AttemptBody, 422: Refusal},
    )
    def post(self, request: Request) -> Response:
        """Start an attempt on one of your submissions."""
        asked = AttemptRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        mine = Submission.objects.filter(user=request.user)
        frozen = mine.filter(pk=asked.validated_data["submission"]).first()
        if frozen is None:
            raise Http404
        with refusing():
            check_may_run(request.user, lab_or_404(frozen.lab_slug), frozen.stage)
            attempt = start_attempt(frozen)
        return Response(AttemptBody(attempt).data, status=status.HTTP_201_CREATED)

    def get_throttles(self) -> list:
        """Starting is limited more than reading."""
        more = [StartThrottle()] if self.request.method == "POST" else []
        return [*super().get_throttles(), *more]


class AttemptDetail(APIView):
    """One attempt."""

    @extend_schema(operation_id="get_attempt", responses=AttemptBody)
    def get(self, request: Request, uid: str) -> Response:
        """Get the state of an attempt, with its place in the queue while it waits."""
        return Response(AttemptBody(attempt_for(request.user, uid)).data)


class AttemptCancel(APIView):
    """The end of an attempt."""

    @extend_schema(operation_id="cancel_attempt", request=None, responses={202: AttemptBody})
    def post(self, request: Request, uid: str) -> Response:
        """Cancel an attempt; it costs nothing. One that has ended stays as it is."""
        attempt = own_attempt(request.user, uid)
        cancel(attempt)
        attempt.refresh_from_db()
        return Response(AttemptBody(attempt).data, status=status.HTTP_202_ACCEPTED)


class AttemptEvents(APIView):
    """What a run tells while it lasts."""

    @extend_schema(
        operation_id="list_events",
        parameters=[OpenApiParameter("after", str, description="the last id you have")],
        responses=EventBody(many=True),
    )
    def get(self, request: Request, uid: str) -> Response:
        """List the events after an id, oldest first; kept for a day."""
        attempt = attempt_for(request.user, uid)
        after = request.query_params.get("after", "")
        if after and not after.replace("-", "", 1).isdigit():
            raise serializers.ValidationError({"after": "is no id of an event"})
        return Response(EventBody(read_events(attempt.uid, after), many=True).data)


class AttemptReport(APIView):
    """The verdict."""

    @extend_schema(operation_id="get_report", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, uid: str) -> Response:
        """Get the report of a judged attempt; 404 before that."""
        attempt = attempt_for(request.user, uid)
        if attempt.report is None:
            raise Http404
        return Response(attempt.report)


class AttemptHistory(APIView):
    """The operations behind the verdict."""

    @extend_schema(operation_id="get_history", responses={(200, "application/x-ndjson"): bytes})
    def get(self, request: Request, uid: str) -> FileResponse:
        """Download the history, one operation a line; `judge replay` judges it again."""
        path = history_file(attempt_for(request.user, uid))
        if path is None:
            raise Http404
        return FileResponse(path.open("rb"), content_type="application/x-ndjson")
