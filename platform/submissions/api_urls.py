"""Addresses of drafts and submissions in the API."""

from django.urls import path

from submissions.api import DraftDetail, SubmissionCreate

urlpatterns = [
    path("labs/<slug:slug>/draft/", DraftDetail.as_view(), name="api-draft"),
    path("labs/<slug:slug>/submissions/", SubmissionCreate.as_view(), name="api-submissions"),
]
