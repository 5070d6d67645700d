"""The pages of an attempt: start it, watch it, cancel it, read its verdict."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from attempts.access import attempt_for, own_attempt, still_allowed
from attempts.cancel import cancel
from attempts.histories import history_file
from attempts.hub import Hub, Watcher, frame_bytes
from attempts.intake import check_may_run, start_attempt
from attempts.live import LiveState
from attempts.models import Attempt
from attempts.sections import draw_sections
from attempts.status import status_of
from attempts.stream import read_events
from attempts.verdict_page import verdict_context
from attempts.waits import let_connection_go
from catalog.shelf import UnknownLabError, find_lab
from judge.errors import LearnerError
from judge.lab import Lab
from submissions.models import Submission

PING_EVERY_S = 15


@require_safe
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """The attempt as it is now: live while it runs, its verdict once it is judged."""
    attempt = attempt_for(request.user, uid)
    if attempt.is_open:
        return _live_page(request, attempt)
    if attempt.state == Attempt.JUDGED:
        return render(request, "attempts/verdict.html", verdict_context(request.user, attempt))
    seen = {"attempt": attempt, "mine": attempt.user_id == request.user.pk}
    return render(request, "attempts/ended.html", seen)


def _live_page(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    live, last_id = LiveState(), "0-0"
    for entry in read_events(attempt.uid):
        live.take_entry(entry)
        last_id = entry.id
    parts = draw_sections(live, status_of(attempt))
    seen = {
        "attempt": attempt,
        "parts": {key.removeprefix("run-"): html for key, html in parts.items()},
        "last_id": last_id,
        "mine": attempt.user_id == request.user.pk,
    }
    return render(request, "attempts/live.html", seen)


async def events(request: HttpRequest, uid: str) -> HttpResponse:
    """The live page's stream: frames as server-sent events until the attempt is over."""
    user = await request.auser()
    attempt = await sync_to_async(attempt_for)(user, uid)
    allowed = sync_to_async(still_allowed, thread_sensitive=False)

    async def frames() -> AsyncIterator[bytes]:
        # A stream lasts as long as its page is open, and Django ends the request only then.
        await sync_to_async(let_connection_go)()
        hub, watcher = Hub.join(attempt.pk, attempt.uid)
        try:
            yield b"retry: 1000\n\n"
            while True:
                frame = await _next_frame(watcher)
                if frame is None:
                    yield b": ping\n\n"
                    if not await allowed(request.session, attempt.pk):
                        yield b"event: over\ndata: {}\n\n"
                        return
                    continue
                entry_id, parts, over = frame
                if parts:
                    yield frame_bytes(entry_id, parts)
                if over:
                    yield b"event: over\ndata: {}\n\n"
                    return
        finally:
            hub.leave(watcher)

    response = StreamingHttpResponse(frames(), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    # Keeps compressing middleware and proxies away: they hold chunks back.
    response["Content-Encoding"] = "identity"
    return response


async def _next_frame(watcher: Watcher) -> tuple[str, dict[str, str], bool] | None:
    try:
        return await asyncio.wait_for(watcher.frame(), PING_EVERY_S)
    except TimeoutError:
        return None


@require_POST
def cancel_attempt(request: HttpRequest, uid: str) -> HttpResponse:
    """Cancel, and show what became of it."""
    attempt = own_attempt(request.user, uid)
    if not cancel(attempt):
        messages.info(request, "It had ended already.")
    return redirect("attempts:page", uid=uid)


@require_POST
def run_again(request: HttpRequest, uid: str) -> HttpResponse:
    """Judge the same frozen files once more, as a new attempt."""
    before = own_attempt(request.user, uid)
    try:
        check_may_run(request.user, _lab_of(before), before.stage)
        attempt = start_attempt(Submission.objects.get(pk=before.submission_id))
    except LearnerError as refused:
        messages.error(request, refused.message)
        return redirect("attempts:page", uid=uid)
    return redirect("attempts:page", uid=attempt.uid)


@require_GET
def history(request: HttpRequest, uid: str) -> FileResponse:
    """The stored history of the run, one operation a line."""
    attempt = attempt_for(request.user, uid)
    path = history_file(attempt)
    if path is None:
        raise Http404("no history is kept of this attempt")
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"history-{uid}.jsonl")


def _lab_of(attempt: Attempt) -> Lab:
    try:
        return find_lab(attempt.lab_slug)
    except UnknownLabError:
        raise Http404("that lab is not on offer any more") from None
