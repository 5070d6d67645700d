"""Labs over the API: what is on offer, and one lab in full. Open to everybody."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.find import lab_or_404
from catalog.shelf import labs
from judge.lab import Lab


class LabRow(serializers.Serializer):
    """A lab as a list shows it."""

    slug = serializers.SlugField()
    title = serializers.CharField()
    story = serializers.CharField()
    level = serializers.CharField()
    minutes = serializers.IntegerField()
    client = serializers.CharField()
    skills = serializers.ListField(child=serializers.CharField())
    digest = serializers.CharField(help_text="changes with any byte of the lab's folder")


class StageRow(serializers.Serializer):
    """A stage. Answers and strong points are not given."""

    name = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField(help_text="Markdown")
    question = serializers.CharField(allow_blank=True)
    options = serializers.ListField(child=serializers.CharField())
    promises = serializers.ListField(child=serializers.CharField())


class EditableRow(serializers.Serializer):
    """A file that the learner may change."""

    name = serializers.CharField()
    language = serializers.CharField()
    max_bytes = serializers.IntegerField()


class LabInFull(LabRow):
    """A lab with its brief, stages and starter."""

    brief = serializers.CharField(help_text="Markdown")
    stages = StageRow(many=True)
    editable = EditableRow(many=True)
    starter = serializers.DictField(child=serializers.CharField())


class LabList(APIView):
    """The labs on offer."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="list_labs", responses=LabRow(many=True))
    def get(self, request: Request) -> Response:
        """List the labs on offer."""
        return Response(LabRow([_row(lab) for lab in labs()], many=True).data)


class LabDetail(APIView):
    """One lab."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="get_lab", responses=LabInFull)
    def get(self, request: Request, slug: str) -> Response:
        """Get one lab with its brief, stages and starter files."""
        lab = lab_or_404(slug)
        return Response(
            LabInFull(
                {
                    **_row(lab),
                    "brief": lab.brief,
                    "stages": lab.stages,
                    "editable": lab.editable,
                    "starter": dict(lab.starter),
                }
            ).data
        )


def _row(lab: Lab) -> dict[str, Any]:
    names = ("slug", "title", "story", "level", "minutes", "client", "skills", "digest")
    return {name: getattr(lab, name) for name in names}
