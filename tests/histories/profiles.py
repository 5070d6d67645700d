"""How many examples a property is tried on: some in the suite, ten times as many when asked.

`pytest --hypothesis-profile=thorough` tries ten times as many.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

THOROUGH = "thorough"
TIMES = 10


def register() -> None:
    """Make the profile known; called before pytest reads its options."""
    settings.register_profile(THOROUGH, deadline=None)


def many(examples: int) -> Callable[[Any], Any]:
    """Try a property on this many examples, or TIMES as many in the thorough profile.

    Examples have no deadline: on a busy machine one may take long and be right all the same.
    """
    times = TIMES if settings.get_current_profile_name() == THOROUGH else 1
    quiet = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(max_examples=examples * times, deadline=None, suppress_health_check=quiet)
