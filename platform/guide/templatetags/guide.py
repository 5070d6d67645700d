"""Small look-ups of the lesson's templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from guide.labs import lab_card
from judge.kafka.release import KAFKA_VERSION

register = template.Library()
register.simple_tag(lab_card, name="lab_card")


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """The value of a key that is itself a variable."""
    return mapping.get(key)


@register.simple_tag
def kafka_version() -> str:
    """The release that every experiment runs on."""
    return KAFKA_VERSION
