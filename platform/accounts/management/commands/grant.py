"""Gives an account a role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Role, User


class Command(BaseCommand):
    """`manage.py grant NAME ROLE`"""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom, and what."""
        parser.add_argument("name", help="the name the person logs in with")
        parser.add_argument("role", choices=Role.values)

    def handle(self, *args: Any, **options: Any) -> None:
        """Set the role; an unknown name or a guest is refused."""
        found = User.objects.filter(username__iexact=options["name"], is_guest=False)
        if not found.update(role=options["role"]):
            raise CommandError(
                f"No account is called {options['name']!r}. It has to sign up first."
            )
        self.stdout.write(f"{options['name']} is {options['role']} now.")
