"""Addresses of the labs. Their pages lie here, above catalog, since they show what was proved."""

from django.urls import path

from progress import views

app_name = "catalog"
urlpatterns = [
    path("", views.labs, name="labs"),
    path("<slug:slug>/", views.lab, name="lab"),
]
