"""Commands of the guide."""
