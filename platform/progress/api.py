"""What a learner has proved, over the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attempts.stages import states_of
from attempts.work import work_of
from catalog.shelf import labs
from progress.proven import standing_of


class ProgressRow(serializers.Serializer):
    """One lab: `standing` is proved, broken, begun or untried."""

    lab = serializers.SlugField()
    standing = serializers.CharField()
    stages = serializers.DictField(child=serializers.CharField(), help_text="stage to its state")


class ProgressList(APIView):
    """How far you are with each lab."""

    @extend_schema(operation_id="list_progress", responses=ProgressRow(many=True))
    def get(self, request: Request) -> Response:
        """List every lab with the stages you have done."""
        rows, work = [], work_of(request.user)
        for lab in labs():
            states = states_of(lab, work)
            named = {state.spec.name: state.state for state in states}
            rows.append({"lab": lab.slug, "standing": standing_of(states), "stages": named})
        return Response(ProgressRow(rows, many=True).data)
