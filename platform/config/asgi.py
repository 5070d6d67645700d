"""The server's entry point: `uvicorn config.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

if settings.SECRET_KEY_IS_MADE_UP and not settings.DEBUG:
    raise ImproperlyConfigured(
        "FAULTLINE_SECRET_KEY is not set, so no log-in would outlive this process. "
        "`./faultline up` sets it; elsewhere give every process the same long random text."
    )

application = get_asgi_application()
