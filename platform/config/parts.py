"""The flat apps of the site, and the functions they offer to the layers below them.

An app may import only what lies under it. Where a lower layer needs something from a higher one
(the home page needs to know the next step, a log-in has to move a guest's work), the higher one
offers a function under an agreed name, and the settings hand its dotted path down.
"""

from importlib.util import find_spec

LAYERS = (
    "web",
    "accounts",
    "guide",
    "catalog",
    "submissions",
    "attempts",
    "playgrounds",
    "progress",
)


def _exists(module: str) -> bool:
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        return False
    # A folder without __init__.py is somebody's beginning, not an app yet.
    return found is not None and found.origin is not None


OWN_APPS = [name for name in LAYERS if _exists(name)]


def has(app: str, module: str) -> bool:
    """Whether the app is there and holds that module."""
    return app in OWN_APPS and _exists(f"{app}.{module}")


def offered(module: str, function: str) -> list[str]:
    """Dotted paths of `function` in every app that has that module, the highest layer first."""
    return [f"{app}.{module}.{function}" for app in reversed(OWN_APPS) if has(app, module)]
