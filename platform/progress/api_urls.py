"""Addresses of progress in the API."""

from django.urls import path

from progress.api import ProgressList

urlpatterns = [path("progress/", ProgressList.as_view(), name="api-progress")]
