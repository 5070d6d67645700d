"""Commands of attempts."""
