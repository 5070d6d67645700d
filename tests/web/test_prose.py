"""An author's text becomes HTML that can do no harm."""

import pytest

from web.prose import inline, to_html

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,AAAA)",
    '<div hx-get="/accounts/" hx-trigger="load">x</div>',
    '<p data-hx-post="/theme">x</p>',
    '<p style="position:fixed">x</p>',
    '<iframe src="/"></iframe>',
    '<form action="/theme"><button>x</button></form>',
    '<svg><use href="//elsewhere"/></svg>',
    '<p id="main" class="notice">x</p>',
]


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("render", [to_html, inline])
def test_it_removes_what_could_run_load_or_be_swapped_in(render, text):
    html = str(render(text)).lower()

    for word in ("<script", "onerror", "javascript:", "data:", "hx-", "style=", "<iframe"):
        assert word not in html.replace("[x](javascript:alert(1))", "").replace("[x](data:", "")
    for word in ("<form", "<svg", "<img", "id=", "notice"):
        assert word not in html


def test_it_escapes_code():
    assert "&lt;b&gt;" in to_html("`<b>`")
    assert "&lt;b&gt;" in to_html("```\n<b>\n```")
    assert "&lt;b&gt;" in to_html("```python\nx = '<b>'\n```")


def test_it_colours_code_with_the_class_names_of_the_editor():
    html = to_html('```python\nif x:  # why\n    y = "z"\n```')

    assert '<span class="tok-keyword">if</span>' in html
    assert '<span class="tok-comment"># why</span>' in html
    assert 'class="tok-string"' in html


def test_it_lets_settings_break_after_a_dot():
    assert to_html("`min.insync.replicas`") == (
        "<p><code>min.<wbr>insync.<wbr>replicas</code></p>\n"
    )


def test_it_puts_a_wide_table_where_keys_can_scroll_it():
    html = to_html("|a|b|\n|-|-|\n|1|2|\n")

    assert '<div class="scroll" tabindex="0"' in html
    assert '<th scope="col">' in html


def test_it_says_which_pages_lie_elsewhere():
    assert 'rel="noopener noreferrer"' in to_html("[x](https://kafka.example/)")
