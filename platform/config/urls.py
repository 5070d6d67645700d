"""Every address of the site; each app owns what lies under its prefix."""

from django.urls import URLPattern, URLResolver, include, path

from config.parts import has
from web import health, views

handler400 = "web.errors.bad_request"
handler403 = "web.errors.forbidden"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"


def _landed(prefix: str, app: str, module: str = "urls") -> list[URLPattern | URLResolver]:
    """The app's addresses, or none while the app has not landed yet."""
    return [path(prefix, include(f"{app}.{module}"))] if has(app, module) else []


urlpatterns = [
    path("", views.home, name="home"),
    path("theme", views.choose_theme, name="theme"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("accounts.urls")),
    *_landed("guide/", "guide"),
    *_landed("labs/", "progress", "lab_urls"),
    *_landed("labs/<slug:slug>/", "submissions"),
    *_landed("labs/<slug:slug>/", "attempts", "lab_urls"),
    *_landed("attempts/", "attempts"),
    *_landed("playgrounds/", "playgrounds"),
    path("api/", include("config.api_urls")),
]
