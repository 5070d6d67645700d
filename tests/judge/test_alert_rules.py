"""A file of alert rules: read whole, or refused at Submit by file, rule, place and remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories.profiles import many
from judge.alert_rules import MAX_ALERTS, AlertRule, read_alert_rules
from judge.errors import LearnerError

FILE = "alerts.toml"


def alert(**keys):
    usual = {"name": '"refused"', "when": '"offline_partitions > 0"', "severity": '"page"'}
    lines = [f"{key} = {value}" for key, value in {**usual, **keys}.items() if value is not None]
    return "\n".join(["[[alert]]", *lines, ""])


def refused(text):
    with pytest.raises(LearnerError) as caught:
        read_alert_rules(text.encode(), FILE)
    assert caught.value.file == FILE
    assert str(caught.value).startswith(FILE)
    return caught.value


def test_it_reads_every_rule_in_its_order():
    text = alert(for_s="2.5") + alert(name='"later"', severity='"ticket"')

    first, second = read_alert_rules(text.encode(), FILE)

    assert isinstance(first, AlertRule)
    assert (first.name, first.for_s, first.severity) == ("refused", 2.5, "page")
    assert first.when.text == "offline_partitions > 0"
    assert (second.name, second.for_s, second.severity) == ("later", 0.0, "ticket")


def test_a_file_without_a_rule_is_none_that_tells_anybody():
    assert read_alert_rules(b"", FILE) == ()
    assert read_alert_rules(b"# nothing yet\n", FILE) == ()


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[[alert]\n", "bad-alert-file", "is no TOML that can be read"),
        ("a = 1" + "0" * 5000, "bad-alert-file", "is no TOML that can be read"),
        ("a = " + "[" * 5000, "bad-alert-file", "is no TOML that can be read"),
        ("[[alerts]]\n", "bad-alert-file", "has the key “alerts”, which no rule knows"),
        ("[alert]\n", "bad-alert-file", "Begin each rule with [[alert]]."),
        ("alert = [1]\n", "bad-alert-file", "Begin each rule with [[alert]]."),
        (alert() * (MAX_ALERTS + 1), "too-many-alerts", "has 21 alerts; up to 20 are taken"),
        (alert() * 2, "bad-alert", "alert 2 “refused” has the name of another. Rename one."),
        (alert(name=None), "bad-alert", "alert 1 cannot be read, `name` is missing."),
        (alert(name='""'), "bad-alert", "has a name that cannot be shown"),
        (alert(name='"' + "x" * 61 + '"'), "bad-alert", "Use 1 to 60 printable characters."),
        (alert(name=r'"a\nb"'), "bad-alert", r"'a\nb' has a name that cannot be shown"),
        (alert(name="1"), "bad-alert", "`name` is no text in quotes"),
        (alert(when=None), "bad-alert", "alert 1 “refused” cannot be read, `when` is missing."),
        (
            alert(when='"ofline_partitions > 0"'),
            "bad-alert",
            "`when` at character 1: “ofline_partitions” is no metric. "
            "Did you mean offline_partitions?",
        ),
        (alert(for_s='"5"'), "bad-alert", "Write for_s = 5, without quotes."),
        (alert(for_s="-1"), "bad-alert", "seconds from 0 to 600"),
        (alert(for_s="601"), "bad-alert", "seconds from 0 to 600"),
        (alert(for_s="nan"), "bad-alert", "seconds from 0 to 600"),
        (alert(for_s="true"), "bad-alert", "seconds from 0 to 600"),
        (alert(severity='"warn"'), "bad-alert", "has the severity “warn”, which is none."),
        (alert(severity=None), "bad-alert", 'Write severity = "page" or "ticket".'),
        (alert(fro_s="5"), "bad-alert", "has the key “fro_s”, which is none. Did you mean for_s?"),
        (alert(colour="5"), "bad-alert", "It knows name, when, for_s, severity."),
    ],
)
def test_it_refuses_by_file_rule_place_and_remedy(text, code, said):
    error = refused(text)

    assert error.code == code
    assert said in str(error)


KEYS = st.sampled_from(["name", "when", "for_s", "severity", "alert", "x"])
VALUES = st.sampled_from(['"page"', '"offline_partitions > 0"', "5", "nan", "[]", "{}", '""'])
LINES = st.one_of(
    st.just("[[alert]]"), st.builds("{} = {}".format, KEYS, VALUES), st.text(max_size=12)
)


@given(st.one_of(st.text(max_size=200), st.lists(LINES, max_size=12).map("\n".join)))
@many(300)
def test_whatever_is_handed_in_it_is_read_or_refused_as_the_learners(text):
    found = read_or_why_not(text.encode("utf-8", "ignore"))

    if isinstance(found, LearnerError):
        assert found.code in ("bad-alert-file", "too-many-alerts", "bad-alert")
        assert str(found).isprintable()


def read_or_why_not(content):
    try:
        return read_alert_rules(content, FILE)
    except LearnerError as error:
        return error
