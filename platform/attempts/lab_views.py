"""Submit on the lab page: save what is in the editor, freeze it, start an attempt."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.guests import ensure_person
from attempts.intake import submit
from catalog.find import lab_or_404
from judge.errors import LearnerError
from submissions.drafts import save_draft
from submissions.forms import posted_files


@require_POST
def submit_files(request: HttpRequest, slug: str) -> HttpResponse:
    """Start an attempt and show it; when refused, say why, with the files saved."""
    lab = lab_or_404(slug)
    person = ensure_person(request)
    try:
        save_draft(person, lab, posted_files(lab, request), None)
        attempt = submit(person, lab, request.POST.get("stage", ""))
    except LearnerError as refused:
        messages.error(request, refused.message)
        return redirect("catalog:lab", slug=slug)
    return redirect("attempts:page", uid=attempt.uid)
