"""What people type to sign up, to log in and to name a token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.models import ApiToken, User

LENGTH_RULE = "At least 10 characters. A sentence is good."


class SignUpForm(forms.ModelForm):
    """Turns a guest, or nobody, into an account."""

    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=LENGTH_RULE,
    )

    class Meta:
        model = User
        fields = ["username", "name"]
        labels = {"username": "Name to log in with", "name": "Name shown to others"}
        help_texts = {"username": "Letters, digits and @ . + - _", "name": ""}
        widgets = {
            "username": forms.TextInput(attrs={"autocomplete": "username"}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
        }

    def clean_username(self) -> str:
        """A name that no guest row can have."""
        username: str = self.cleaned_data["username"]
        if username.lower().startswith("guest-"):
            raise ValidationError("Names that begin with guest- are kept for guests.")
        return username

    def clean_password(self) -> str:
        """A password that the site's rules accept."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.instance)
        return password


class LogInForm(forms.Form):
    """Name and password; the view asks the back end."""

    username = forms.CharField(
        label="Name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """A new password, for whoever knows the old one."""

    old = forms.CharField(
        label="Password now",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="New password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=LENGTH_RULE,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_old(self) -> str:
        """The password that the account has now."""
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise ValidationError("That is not your password.")
        return old

    def clean_new(self) -> str:
        """A password that the site's rules accept."""
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        return new


class TokenForm(forms.ModelForm):
    """The name by which a person will recognise a token."""

    class Meta:
        model = ApiToken
        fields = ["label"]
        labels = {"label": "What is it for?"}
