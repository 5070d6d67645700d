"""What people type to sign up, to log in and to name a token."""

from __future__ import annotations

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.models import ApiToken, User


class SignUpForm(forms.ModelForm):
    """Turns a guest, or nobody, into an account."""

    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters. A sentence is good.",
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


class TokenForm(forms.ModelForm):
    """The name by which a person will recognise a token."""

    class Meta:
        model = ApiToken
        fields = ["label"]
        labels = {"label": "What is it for?"}
