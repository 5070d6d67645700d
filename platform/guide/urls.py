"""Addresses of the guide."""

from django.urls import path

from guide import views

app_name = "guide"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:topic>/<slug:slug>/", views.lesson, name="lesson"),
    path("<slug:topic>/<slug:slug>/answers/<slug:question>/", views.answer, name="answer"),
    path("<slug:topic>/<slug:slug>/read/", views.read, name="read"),
]
