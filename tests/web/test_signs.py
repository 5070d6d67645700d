"""The signs of the design language."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template, TemplateSyntaxError

import web
from web.templatetags.faultline import SIGNS

SPRITE = Path(web.__file__).parent / "templates" / "web" / "_sprite.html"


def render(text, **seen):
    return Template(text).render(Context(seen))


def test_it_has_a_drawing_for_every_sign():
    drawn = set(re.findall(r'<symbol id="g-([a-z-]+)"', SPRITE.read_text()))

    assert {symbol for symbol, _, _ in SIGNS.values()} <= drawn


def test_it_hides_a_sign_that_stands_beside_a_word():
    assert render("{% sign 'ack' %}") == (
        '<svg class="g ack" viewBox="0 0 16 16" aria-hidden="true"><use href="#g-ack"/></svg>'
    )


def test_it_names_a_sign_that_stands_alone():
    html = render("{% sign 'fail' words %}", words="<broken>")

    assert 'role="img" aria-label="&lt;broken&gt;"' in html


def test_it_refuses_a_sign_that_does_not_exist():
    with pytest.raises(TemplateSyntaxError, match="there are: ack"):
        render("{% sign 'smile' %}")


def test_it_leaves_out_a_link_to_a_part_that_is_not_there():
    assert render("{% address 'nowhere:at-all' as x %}[{{ x }}]") == "[]"
