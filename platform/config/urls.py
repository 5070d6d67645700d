"""Every address of the site; each app owns what lies under its prefix."""

from django.urls import include, path

from web import health, views

handler400 = "web.errors.bad_request"
handler403 = "web.errors.forbidden"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("theme", views.choose_theme, name="theme"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("accounts.urls")),
    path("guide/", include("guide.urls")),
    path("labs/", include("progress.lab_urls")),
    path("labs/<slug:slug>/", include("submissions.urls")),
    path("labs/<slug:slug>/", include("attempts.lab_urls")),
    path("attempts/", include("attempts.urls")),
    path("api/", include("config.api_urls")),
]
