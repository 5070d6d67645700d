"""What a misspelt word is answered with."""

from judge.nearest import did_you_mean

KNOWN = ("acks", "linger.ms", "batch.size")


def test_it_offers_the_one_that_was_most_likely_meant():
    assert did_you_mean("ack", KNOWN) == "Did you mean acks?"
    assert did_you_mean("linger_ms", KNOWN) == "Did you mean linger.ms?"


def test_it_says_something_else_where_nothing_is_alike():
    assert did_you_mean("colour", KNOWN, "Known: acks.") == "Known: acks."


def test_it_says_nothing_where_nothing_is_known():
    assert did_you_mean("acks", ()) == ""
