"""Predictions, explanations and hints over the API, with the verbs of the lab page."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.find import lab_or_404, lab_with_stage_or_404
from judge.lab import Lab
from submissions.explain import explain, explanation_of
from submissions.hints import hints_shown, show_next_hint
from submissions.predict import predict, prediction_of
from submissions.refusal import Refusal, refusing


class PredictionRequest(serializers.Serializer):
    """The number of the option, counted from 0."""

    choice = serializers.IntegerField(min_value=0)


class PredictionBody(serializers.Serializer):
    """A locked prediction with what is true and why."""

    choice = serializers.IntegerField()
    right = serializers.BooleanField()
    answer = serializers.IntegerField()
    because = serializers.CharField(help_text="Markdown")


class ExplanationRequest(serializers.Serializer):
    """Your explanation."""

    text = serializers.CharField()


class ExplanationBody(serializers.Serializer):
    """A saved explanation, with what a strong one has and the debrief."""

    text = serializers.CharField()
    strong_points = serializers.ListField(child=serializers.CharField())
    debrief = serializers.CharField(help_text="Markdown")


class HintsBody(serializers.Serializer):
    """The hints you have asked for, and how many are left."""

    hints = serializers.ListField(child=serializers.CharField())
    left = serializers.IntegerField()


class PredictionDetail(APIView):
    """Your prediction for one lab."""

    @extend_schema(operation_id="get_prediction", responses=PredictionBody)
    def get(self, request: Request, slug: str) -> Response:
        """Get your locked prediction with the answer; 404 before that."""
        lab = lab_with_stage_or_404(slug, "predict")
        return _prediction(lab, prediction_of(request.user, lab))

    @extend_schema(
        operation_id="lock_prediction",
        request=PredictionRequest,
        responses={200: PredictionBody, 422: Refusal},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Lock your prediction. The first one stays; a second changes nothing."""
        lab = lab_with_stage_or_404(slug, "predict")
        asked = PredictionRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        with refusing():
            locked = predict(request.user, lab, asked.validated_data["choice"])
        return _prediction(lab, locked)


class ExplanationDetail(APIView):
    """Your explanation for one lab."""

    @extend_schema(operation_id="get_explanation", responses=ExplanationBody)
    def get(self, request: Request, slug: str) -> Response:
        """Get your explanation with the debrief; 404 before you wrote one."""
        lab = lab_with_stage_or_404(slug, "explain")
        return _explanation(lab, explanation_of(request.user, lab))

    @extend_schema(
        operation_id="put_explanation",
        request=ExplanationRequest,
        responses={200: ExplanationBody, 422: Refusal},
    )
    def put(self, request: Request, slug: str) -> Response:
        """Save your explanation; the debrief comes back with it."""
        lab = lab_with_stage_or_404(slug, "explain")
        asked = ExplanationRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        with refusing():
            saved = explain(request.user, lab, asked.validated_data["text"])
        return _explanation(lab, saved)


class HintList(APIView):
    """The hints of one lab."""

    @extend_schema(operation_id="list_hints", responses=HintsBody)
    def get(self, request: Request, slug: str) -> Response:
        """List the hints you have asked for."""
        lab = lab_or_404(slug)
        return _hints(lab, hints_shown(request.user, lab))

    @extend_schema(operation_id="next_hint", request=None, responses=HintsBody)
    def post(self, request: Request, slug: str) -> Response:
        """Ask for one more hint; that you did is recorded."""
        lab = lab_or_404(slug)
        return _hints(lab, show_next_hint(request.user, lab))


def _prediction(lab: Lab, locked) -> Response:
    if locked is None:
        raise Http404
    spec = lab.stage("predict")
    body = {"choice": locked.choice, "right": locked.right}
    return Response(PredictionBody(body | {"answer": spec.answer, "because": spec.because}).data)


def _explanation(lab: Lab, saved) -> Response:
    if saved is None:
        raise Http404
    points = lab.stage("explain").strong_points
    body = {"text": saved.text, "strong_points": points, "debrief": lab.debrief}
    return Response(ExplanationBody(body).data)


def _hints(lab: Lab, shown: int) -> Response:
    body = {"hints": lab.hints[:shown], "left": len(lab.hints) - shown}
    return Response(HintsBody(body).data)
