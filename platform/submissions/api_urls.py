"""Addresses of drafts, submissions and answers in the API."""

from django.urls import path

from submissions.answers_api import ExplanationDetail, HintList, PredictionDetail
from submissions.api import DraftDetail, SubmissionCreate

urlpatterns = [
    path("labs/<slug:slug>/draft/", DraftDetail.as_view(), name="api-draft"),
    path("labs/<slug:slug>/submissions/", SubmissionCreate.as_view(), name="api-submissions"),
    path("labs/<slug:slug>/prediction/", PredictionDetail.as_view(), name="api-prediction"),
    path("labs/<slug:slug>/explanation/", ExplanationDetail.as_view(), name="api-explanation"),
    path("labs/<slug:slug>/hints/", HintList.as_view(), name="api-hints"),
]
