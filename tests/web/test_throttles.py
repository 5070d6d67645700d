"""The API limits its callers, and goes on without limits while Redis is away."""

import pytest
from django.core.cache import cache

pytestmark = pytest.mark.django_db


def test_it_limits_a_caller(client, monkeypatch):
    monkeypatch.setattr("web.throttles.VisitorThrottle.rate", "2/min", raising=False)
    cache.clear()

    answers = [client.get("/api/lessons/").status_code for _ in range(3)]

    assert answers == [200, 200, 429]
    cache.clear()


def test_it_goes_on_while_redis_is_away(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/redis.sock",
        }
    }

    assert client.get("/api/lessons/").status_code == 200
