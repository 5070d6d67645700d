"""Addresses of labs in the API."""

from django.urls import path

from catalog.api import LabDetail, LabList

urlpatterns = [
    path("labs/", LabList.as_view(), name="api-labs"),
    path("labs/<slug:slug>/", LabDetail.as_view(), name="api-lab"),
]
