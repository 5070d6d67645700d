"""A person, an API token, a failed log-in: fields and constraints only."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower


class Role(models.TextChoices):
    """What a person may do beyond learning."""

    CANDIDATE = "candidate", "Candidate"
    INTERVIEWER = "interviewer", "Interviewer"
    INSTRUCTOR = "instructor", "Instructor"
    ADMIN = "admin", "Admin"


class People(BaseUserManager):
    """The people; Django asks the manager for a row by the name typed at log-in."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The account of that name, in whatever case it was typed."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person. A guest is one too, until they choose a name and a password."""

    username = models.CharField(
        max_length=40,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "Somebody has that name already. Choose another."},
    )
    name = models.CharField(max_length=80, help_text="As others see you.")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.CANDIDATE)
    is_guest = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = People()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_once_whatever_its_case",
                violation_error_message="Somebody has that name already. Choose another.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="role_is_one_of_ours"
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def has_role(self, *roles: Role) -> bool:
        """Whether the person holds one of the roles; an admin holds them all."""
        return self.role == Role.ADMIN or self.role in roles


class ApiToken(models.Model):
    """A key to the API. Only its digest is kept, so a stolen database opens nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label


class FailedLogIn(models.Model):
    """One wrong password, kept for as long as it counts against the next try."""

    username = models.CharField(max_length=150)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["username", "at"]), models.Index(fields=["address", "at"])]

    def __str__(self) -> str:
        return f"{self.username} from {self.address}"
