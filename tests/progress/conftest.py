"""What the tests of this app share with those of its neighbours."""

from site_fixtures import lab, sent, user

__all__ = ["lab", "sent", "user"]
