"""The address under a lab's that starts an attempt."""

from django.urls import path

from attempts.lab_views import submit_files

app_name = "attempts-lab"
urlpatterns = [path("submit", submit_files, name="submit-files")]
