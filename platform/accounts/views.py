"""Sign up, log in, log out, and the page about oneself."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import limits
from accounts.forms import LogInForm, PasswordForm, SignUpForm, TokenForm
from accounts.guests import BACKEND
from accounts.models import ApiToken, User
from accounts.takeover import move_guest_work
from accounts.tokens import make_token
from web.onward import onward


def _guest(request: HttpRequest) -> User | None:
    return request.user if getattr(request.user, "is_guest", False) else None


@sensitive_post_parameters("password")
@never_cache
def sign_up(request: HttpRequest) -> HttpResponse:
    """An account; a guest's own row becomes it, so nothing has to move."""
    guest = _guest(request)
    if request.user.is_authenticated and guest is None:
        return redirect("accounts:account")
    blank = {"username": "", "name": ""} if guest else None
    form = SignUpForm(request.POST or None, instance=guest or User(), initial=blank)
    if request.method == "POST" and form.is_valid():
        person = form.save(commit=False)
        person.is_guest = False
        person.set_password(form.cleaned_data["password"])
        person.save()
        login(request, person, backend=BACKEND)
        messages.success(request, f"Welcome, {person.name}. Your work so far is kept.")
        return HttpResponseRedirect(onward(request))
    seen = {"form": form, "next": _next(request)}
    return render(request, "accounts/sign_up.html", seen, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    """Name and password; what a guest did in this session moves to the account."""
    guest = _guest(request)
    if request.user.is_authenticated and guest is None:
        return HttpResponseRedirect(onward(request))
    form = LogInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        person, status = _check_password(request, form)
        if person is not None:
            with transaction.atomic():
                if guest is not None:
                    move_guest_work(guest, person)
                login(request, person, backend=BACKEND)
            return HttpResponseRedirect(onward(request))
    elif form.errors:
        status = 422
    seen = {"form": form, "next": _next(request), "guest": guest}
    return render(request, "accounts/log_in.html", seen, status=status)


def _check_password(request: HttpRequest, form: LogInForm) -> tuple[User | None, int]:
    """The person whose password it is, and the status of the page when it is nobody's."""
    username = form.cleaned_data["username"]
    if limits.is_closed(request, username):
        minutes = int(limits.WINDOW.total_seconds() // 60)
        form.add_error(None, f"Too many wrong passwords. Wait {minutes} minutes, then try again.")
        return None, 429
    person = authenticate(request, username=username, password=form.cleaned_data["password"])
    if person is None:
        limits.note_failure(request, username)
        form.add_error(None, "No account has that name and that password.")
        return None, 422
    limits.forget_failures(username)
    return person, 200


def _next(request: HttpRequest) -> str:
    target = onward(request)
    return "" if target == reverse("home") else target


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session. A guest has no way back to theirs, so the page asks them first."""
    logout(request)
    return redirect("home")


@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Who am I here: name, role, API tokens; or, for a guest, how to keep the work."""
    seen = {
        "form": TokenForm(),
        "tokens": request.user.tokens.order_by("-created_at"),
        "fresh": request.session.pop("fresh_token", None),
    }
    return render(request, "accounts/account.html", seen)


@sensitive_post_parameters("old", "new")
@login_required
@never_cache
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; other sessions of the account end, this one goes on."""
    if request.user.is_guest:
        return redirect("accounts:sign-up")
    closed = limits.is_closed(request, request.user.username)
    form = PasswordForm(request.user, None if closed else request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.user.set_password(form.cleaned_data["new"])
        request.user.save(update_fields=["password"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "The new password counts from now on. Other sessions are closed.")
        return redirect("accounts:account")
    if "old" in form.errors:
        limits.note_failure(request, request.user.username)
    status = 429 if closed else 422 if form.errors else 200
    seen = {"form": form, "closed": closed}
    return render(request, "accounts/change_password.html", seen, status=status)


@login_required
@require_POST
def add_token(request: HttpRequest) -> HttpResponse:
    """Makes a token and shows it once, on the page that follows."""
    if request.user.is_guest:
        return redirect("accounts:sign-up")
    form = TokenForm(request.POST)
    if form.is_valid():
        request.session["fresh_token"] = make_token(request.user, form.cleaned_data["label"])
    return redirect("accounts:account")


@login_required
@require_POST
def drop_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes one of my tokens worthless, at once."""
    get_object_or_404(ApiToken, pk=pk, user=request.user).delete()
    messages.success(request, "The token opens nothing any more.")
    return redirect("accounts:account")
