"""Colours code with the class names that the editor's highlighter also uses."""

from __future__ import annotations

from html import escape

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

LANGUAGES = ("python", "java", "properties", "sh", "toml", "json", "yaml")
CODE_CLASSES = ("tok-keyword", "tok-string", "tok-number", "tok-comment", "tok-bool")

_KINDS = (
    (Comment, "tok-comment"),
    (Keyword.Constant, "tok-bool"),
    (Keyword, "tok-keyword"),
    (Operator.Word, "tok-keyword"),
    (String, "tok-string"),
    (Number, "tok-number"),
)


def highlight(code: str, language: str, _attributes: str = "") -> str:
    """The code as HTML; plain when the language is none of ours."""
    if language not in LANGUAGES:
        return escape(code)
    lexer = get_lexer_by_name(language, ensurenl=False, stripnl=False)
    return "".join(_span(kind, text) for kind, text in lexer.get_tokens(code))


def _span(kind: _TokenType, text: str) -> str:
    # Names of settings are what a properties file is about; they stay as they are.
    found = None if kind in Name else next((css for base, css in _KINDS if kind in base), None)
    return f'<span class="{found}">{escape(text)}</span>' if found else escape(text)
