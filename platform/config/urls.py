"""Every address of the site; each app owns what lies under its prefix."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from web import health, views

handler400 = "web.errors.bad_request"
handler403 = "web.errors.forbidden"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"


def _landed(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """The app's addresses, or none while the app has not landed yet."""
    if find_spec(module.split(".")[0]) is None or find_spec(module) is None:
        return []
    return [path(prefix, include(module))]


urlpatterns = [
    path("", views.home, name="home"),
    path("theme", views.choose_theme, name="theme"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("accounts.urls")),
    *_landed("guide/", "guide.urls"),
    *_landed("labs/", "catalog.urls"),
    *_landed("labs/<slug:slug>/", "submissions.urls"),
    *_landed("attempts/", "attempts.urls"),
    *_landed("playgrounds/", "playgrounds.urls"),
    *_landed("progress/", "progress.urls"),
    path("api/", include("config.api_urls")),
]
