"""The task queue's application; tasks live in each app's tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("faultline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Says that this host is there and keeps its sandboxes warm; by name, since models load later.
app.steps["worker"].add("attempts.worker:HostStep")
