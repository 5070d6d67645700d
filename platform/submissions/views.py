"""What the lab page sends while a learner works: drafts, answers, hints."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.guests import ensure_person
from catalog.find import lab_or_404, lab_with_stage_or_404
from judge.errors import LearnerError
from judge.workspace import check_files
from submissions.changes import changes_to_starter
from submissions.drafts import current_files, reset_draft, restore_draft, save_draft
from submissions.explain import check_explanation, explain
from submissions.forms import json_body, posted_files, uploaded_files
from submissions.hints import show_next_hint
from submissions.models import DraftRevision
from submissions.predict import predict


@require_POST
def autosave(request: HttpRequest, slug: str) -> JsonResponse:
    """Save the editor's files. 409 when another tab saved in between: nothing is overwritten."""
    lab = lab_or_404(slug)
    try:
        body = json_body(request)
        base = body.get("revision")
        base = base if isinstance(base, int) else None
        saved = save_draft(ensure_person(request), lab, body["files"], base)
    except LearnerError as refused:
        answer = {"code": refused.code, "message": refused.message, "file": refused.file}
        return JsonResponse(answer, status=422)
    answer = {"revision": saved.revision, "at": timezone.now().strftime("%H:%M:%S")}
    if saved.conflict:
        return JsonResponse({**answer, "files": saved.files}, status=409)
    return JsonResponse(answer)


@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Save the text areas, for browsers without scripts."""
    lab = lab_or_404(slug)
    try:
        saved = save_draft(ensure_person(request), lab, posted_files(lab, request), None)
        messages.success(request, f"Saved as draft {saved.revision}.")
    except LearnerError as refused:
        messages.error(request, refused.message)
    return redirect("catalog:lab", slug=slug)


@require_POST
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take files from the learner's machine into the draft, if a run would accept them."""
    lab = lab_or_404(slug)
    try:
        files = uploaded_files(request)
        check_files(lab, files)
        texts = {name: content.decode() for name, content in files.items()}
        saved = save_draft(ensure_person(request), lab, texts, None, origin="upload")
        messages.success(request, f"Uploaded {', '.join(files)}: draft {saved.revision}.")
    except LearnerError as refused:
        messages.error(request, f"{refused.message} Your draft is as it was.")
    return redirect("catalog:lab", slug=slug)


@require_POST
def reset(request: HttpRequest, slug: str) -> HttpResponse:
    """Back to the starter; the files of before stay in the history."""
    reset_draft(ensure_person(request), lab_or_404(slug))
    messages.success(request, "The starter is back. Your files of before are in the history.")
    return redirect("catalog:lab", slug=slug)


@require_POST
def restore(request: HttpRequest, slug: str, revision_id: int) -> HttpResponse:
    """Bring an earlier draft back; today's stays in the history."""
    try:
        saved = restore_draft(ensure_person(request), lab_or_404(slug), revision_id)
    except DraftRevision.DoesNotExist:
        raise Http404("no such draft") from None
    messages.success(request, f"Brought back, as draft {saved.revision}.")
    return redirect("catalog:lab", slug=slug)


@require_GET
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """The earlier drafts, newest first; a part of the lab page."""
    lab = lab_or_404(slug)
    rows = DraftRevision.objects.none()
    if request.user.is_authenticated:
        rows = DraftRevision.objects.filter(draft__user=request.user, draft__lab_slug=slug)
    seen = {"lab": lab, "revisions": rows.defer("files")}
    return render(request, "submissions/_history.html", seen)


@require_GET
def diff(request: HttpRequest, slug: str) -> HttpResponse:
    """What the draft changes in the starter; a part of the lab page."""
    lab = lab_or_404(slug)
    changes = changes_to_starter(lab, current_files(request.user, lab))
    return render(request, "submissions/_diff.html", {"lab": lab, "changes": changes})


@require_POST
def lock_prediction(request: HttpRequest, slug: str) -> HttpResponse:
    """Lock the answer; it cannot be changed afterwards."""
    lab = lab_or_404(slug)
    try:
        choice = request.POST.get("choice", "")
        predict(ensure_person(request), lab, int(choice) if choice.isdecimal() else -1)
        messages.success(request, "Locked. Now see what the brokers say.")
    except (KeyError, LearnerError) as refused:
        messages.error(request, getattr(refused, "message", "This lab asks for no prediction."))
    return _back(slug, "predict")


@require_POST
def save_explanation(request: HttpRequest, slug: str) -> HttpResponse:
    """Save the explanation; the debrief opens."""
    lab = lab_with_stage_or_404(slug, "explain")
    try:
        explain(ensure_person(request), lab, request.POST.get("text", ""))
    except LearnerError as refused:
        messages.error(request, refused.message)
    return _back(slug, "explain")


@require_POST
def self_check(request: HttpRequest, slug: str) -> HttpResponse:
    """Record which strong points the learner finds in their own explanation."""
    lab = lab_with_stage_or_404(slug, "explain")
    points = [int(point) for point in request.POST.getlist("point") if point.isdecimal()]
    try:
        saved = check_explanation(ensure_person(request), lab, points)
        messages.success(request, f"Noted: {len(saved.points)} points are in your text.")
    except LearnerError as refused:
        messages.error(request, refused.message)
    return _back(slug, "explain")


@require_POST
def next_hint(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one more hint; that it was asked for is recorded."""
    show_next_hint(ensure_person(request), lab_or_404(slug))
    return redirect("catalog:lab", slug=slug)


def _back(slug: str, stage: str) -> HttpResponse:
    """Back to the stage that was answered: the page would open the next one by itself."""
    return redirect(reverse("catalog:lab", args=[slug]) + f"?stage={stage}")
