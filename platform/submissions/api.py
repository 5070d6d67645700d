"""Drafts and submissions over the API: what the lab page does, with the same verbs."""

from __future__ import annotations

import base64
import binascii

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.find import lab_or_404
from judge.errors import LearnerError
from submissions.drafts import current_files, save_draft
from submissions.freeze import freeze
from submissions.models import Draft, Submission
from submissions.refusal import Refusal, refusing


class DraftBody(serializers.Serializer):
    """A draft. `revision` is the one the files were made from; leave it out to overwrite."""

    files = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False)
    )
    revision = serializers.IntegerField(required=False, min_value=0)


class SubmissionRequest(serializers.Serializer):
    """What to freeze. Without files it is the draft; files_base64 takes bytes as they are."""

    stage = serializers.ChoiceField(choices=["reproduce", "fix"])
    files = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False), required=False
    )
    files_base64 = serializers.DictField(child=serializers.CharField(), required=False)


class SubmissionBody(serializers.ModelSerializer):
    """A frozen submission."""

    class Meta:
        model = Submission
        fields = ["id", "lab_slug", "lab_digest", "stage", "digest", "files", "made_at"]


class DraftDetail(APIView):
    """Your draft for one lab."""

    @extend_schema(operation_id="get_draft", responses=DraftBody)
    def get(self, request: Request, slug: str) -> Response:
        """Get your draft; the starter when you have none, with revision 0."""
        lab = lab_or_404(slug)
        draft = Draft.objects.filter(user=request.user, lab_slug=slug).first()
        files = current_files(request.user, lab)
        return Response({"files": files, "revision": draft.revision if draft else 0})

    @extend_schema(
        operation_id="put_draft",
        request=DraftBody,
        responses={200: DraftBody, 409: DraftBody, 422: Refusal},
    )
    def put(self, request: Request, slug: str) -> Response:
        """Save your draft. 409 with the other files when they changed in between."""
        lab = lab_or_404(slug)
        asked = DraftBody(data=request.data)
        asked.is_valid(raise_exception=True)
        body = asked.validated_data
        with refusing():
            saved = save_draft(request.user, lab, body["files"], body.get("revision"))
        code = status.HTTP_409_CONFLICT if saved.conflict else status.HTTP_200_OK
        return Response({"files": saved.files, "revision": saved.revision}, status=code)


class SubmissionCreate(APIView):
    """Freeze files of a lab."""

    @extend_schema(
        operation_id="create_submission",
        request=SubmissionRequest,
        responses={201: SubmissionBody, 422: Refusal},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Freeze your draft, or the files you send, into a submission."""
        lab = lab_or_404(slug)
        asked = SubmissionRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        body = asked.validated_data
        with refusing():
            frozen = freeze(request.user, lab, body["stage"], _files(body))
        return Response(SubmissionBody(frozen).data, status=status.HTTP_201_CREATED)


def _files(body: dict) -> dict[str, bytes] | None:
    if "files" not in body and "files_base64" not in body:
        return None
    files = {name: _bytes(name, text) for name, text in body.get("files", {}).items()}
    for name, text in body.get("files_base64", {}).items():
        try:
            files[name] = base64.b64decode(text, validate=True)
        except binascii.Error:
            raise LearnerError("not-base64", f"{name} is not base64.", name) from None
    return files


def _bytes(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise LearnerError("not-utf-8", f"{name} holds half a character.", name) from None
