"""Reads files out of a request: text areas, uploads, or JSON; nothing is trusted."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from judge.errors import LearnerError
from judge.lab import Lab

PREFIX = "file:"
MAX_UPLOAD_BYTES = 1_048_576
"""An upload is read into memory; anything near this is no learner's program."""


def posted_files(lab: Lab, request: HttpRequest) -> dict[str, str]:
    """The lab's files in a form's text areas. Browsers send CRLF; files keep LF."""
    return {
        name: request.POST[PREFIX + name].replace("\r\n", "\n")
        for name in lab.starter
        if PREFIX + name in request.POST
    }


def uploaded_files(request: HttpRequest) -> dict[str, bytes]:
    """Uploaded files as they came, by the name that the learner's machine gives them.

    Raises:
        LearnerError: there is none, or one is far too large to be looked at.
    """
    sent = request.FILES.getlist("upload")
    if not sent:
        raise LearnerError("no-file", "Choose a file first, then upload it.")
    for file in sent:
        if file.size > MAX_UPLOAD_BYTES:
            raise LearnerError(
                "file-too-large",
                f"{file.name} has {file.size:,} bytes; an upload may have {MAX_UPLOAD_BYTES:,}.",
                file.name,
            )
    return {file.name: file.read() for file in sent}


def json_body(request: HttpRequest) -> dict[str, Any]:
    """The request's JSON object. Raises LearnerError when it is none."""
    try:
        body = json.loads(request.body)
    except (ValueError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("files"), dict):
        raise LearnerError("bad-request", "Send an object with files, each a name and its text.")
    return body
