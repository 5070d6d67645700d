"""Addresses of attempts in the API."""

from django.urls import path

from attempts import api

urlpatterns = [
    path("attempts/", api.AttemptList.as_view(), name="api-attempts"),
    path("attempts/<slug:uid>/", api.AttemptDetail.as_view(), name="api-attempt"),
    path("attempts/<slug:uid>/cancel/", api.AttemptCancel.as_view(), name="api-cancel"),
    path("attempts/<slug:uid>/events/", api.AttemptEvents.as_view(), name="api-events"),
    path("attempts/<slug:uid>/report/", api.AttemptReport.as_view(), name="api-report"),
    path("attempts/<slug:uid>/history/", api.AttemptHistory.as_view(), name="api-history"),
]
