"""Addresses under a lab's: what its page sends while a learner works."""

from django.urls import path

from submissions import views

app_name = "submissions"
urlpatterns = [
    path("draft", views.autosave, name="autosave"),
    path("save", views.save, name="save"),
    path("upload", views.upload, name="upload"),
    path("reset", views.reset, name="reset"),
    path("restore/<int:revision_id>", views.restore, name="restore"),
    path("history", views.history, name="history"),
    path("diff", views.diff, name="diff"),
    path("predict", views.lock_prediction, name="predict"),
    path("explain", views.save_explanation, name="explain"),
    path("explain/check", views.self_check, name="self-check"),
    path("hint", views.next_hint, name="hint"),
]
