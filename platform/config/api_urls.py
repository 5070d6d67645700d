"""The API: what each app offers in its api_urls.py, and the schema that describes it all."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from config.parts import OWN_APPS, has
from web.api_guide import api_guide

urlpatterns = [
    path("", api_guide, name="api-guide"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    *(path("", include(f"{app}.api_urls")) for app in OWN_APPS if has(app, "api_urls")),
]
