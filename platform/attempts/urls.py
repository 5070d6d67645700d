"""Addresses of attempts."""

from django.urls import path

from attempts import views

app_name = "attempts"
urlpatterns = [
    path("<slug:uid>/", views.page, name="page"),
    path("<slug:uid>/events", views.events, name="events"),
    path("<slug:uid>/cancel", views.cancel_attempt, name="cancel"),
    path("<slug:uid>/again", views.run_again, name="again"),
    path("<slug:uid>/history.jsonl", views.history, name="history"),
]
