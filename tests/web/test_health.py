"""The two questions that a supervisor asks."""

import pytest

pytestmark = pytest.mark.django_db


def test_it_lives_without_database_or_redis(client):
    assert client.get("/healthz").content == b"ok\n"


def test_it_is_not_ready_without_redis_and_says_so(client, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "database": "ok", "redis": "no answer"}
