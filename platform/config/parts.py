"""The flat apps of the site, and the functions they offer to the layers below them.

An app may import only what lies under it. Where a lower layer needs something from a higher one
(the home page needs to know the next step, a log-in has to move a guest's work), the higher one
offers a function under an agreed name, and the settings hand its dotted path down.
"""

from importlib.util import find_spec

OWN_APPS = ["web", "accounts", "guide", "catalog", "submissions", "attempts", "progress"]
"""From the lowest layer to the highest; each is a folder under platform/."""


def has(app: str, module: str) -> bool:
    """Whether the app holds that module."""
    return find_spec(f"{app}.{module}") is not None


def offered(module: str, function: str) -> list[str]:
    """Dotted paths of `function` in every app that has that module, the highest layer first."""
    return [f"{app}.{module}.{function}" for app in reversed(OWN_APPS) if has(app, module)]
