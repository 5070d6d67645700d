"""What every answer carries, and what a page may not hold."""

import re

import pytest

pytestmark = pytest.mark.django_db
PAGES = ["/", "/guide/", "/accounts/log-in/", "/accounts/sign-up/", "/api/", "/nowhere"]


@pytest.mark.parametrize("path", PAGES)
def test_it_sends_the_policy_and_the_other_headers(client, path):
    answer = client.get(path)

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_it_holds_no_inline_style_or_script_and_nothing_from_elsewhere(client, path):
    page = client.get(path).content.decode()

    assert re.findall(r"<style|\sstyle=|\son\w+=|hx-on|javascript:", page) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert re.findall(r"(?:src|href|action)=[\"'](?:https?:)?//", page) == []


def test_it_refuses_a_form_without_its_token():
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/theme", {"theme": "dark"})

    assert answer.status_code == 403
    assert b"too old to be trusted" in answer.content


def test_it_answers_the_api_in_json_even_when_nothing_is_there(client):
    answer = client.get("/api/nowhere/")

    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("Nothing lives at this address.")


def test_it_says_that_a_crash_is_ours(client, monkeypatch):
    def crash(_request):
        raise RuntimeError("boom")

    monkeypatch.setattr("web.views.chapters", crash)
    client.raise_request_exception = False

    answer = client.get("/")

    assert answer.status_code == 500
    assert b"not your fault" in answer.content
    assert b"boom" not in answer.content


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "\\\\x"])
def test_it_leads_nobody_elsewhere_by_the_choice_of_colours(client, target):
    answer = client.post("/theme", {"theme": "dark", "next": target})

    assert answer.url == "/"
    assert answer.cookies["theme"].value == "dark"


def test_it_takes_no_colours_that_do_not_exist(client):
    answer = client.post("/theme", {"theme": "<script>"})

    assert answer.cookies["theme"].value == ""


def test_it_answers_an_unknown_host_with_a_page_of_ours(client):
    answer = client.get("/", headers={"host": "elsewhere.example"})

    assert answer.status_code == 400
    assert b"made no sense to us" in answer.content


def test_it_lets_browsers_keep_static_files(client):
    answer = client.get("/static/web/logo.svg")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
    assert "max-age" in answer["Cache-Control"]
    assert answer["Last-Modified"]
