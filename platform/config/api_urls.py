"""The API: what each app offers in its api_urls.py, and the schema that describes it all."""

from importlib.util import find_spec

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from web.api_guide import api_guide

OFFERING = ("accounts", "guide", "catalog", "submissions", "attempts", "progress")

urlpatterns = [
    path("", api_guide, name="api-guide"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    *(
        path("", include(f"{app}.api_urls"))
        for app in OFFERING
        if find_spec(app) and find_spec(f"{app}.api_urls")
    ),
]
