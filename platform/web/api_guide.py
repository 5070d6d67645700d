"""The page that describes the API, made from the schema; nothing is loaded from elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

VERBS = ("get", "post", "put", "patch", "delete")


def api_guide(request: HttpRequest) -> HttpResponse:
    """Every operation: verb, address and the first line of its description."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    operations = [
        {"verb": verb.upper(), "path": path, "says": _says(item[verb])}
        for path, item in schema["paths"].items()
        for verb in VERBS
        if verb in item
    ]
    return render(request, "web/api_guide.html", {"operations": operations})


def _says(operation: dict[str, str]) -> str:
    text = operation.get("summary") or operation.get("description") or ""
    return text.strip().splitlines()[0] if text.strip() else ""
