"""Observers watched while real brokers do what they must see; one cluster for all of them."""
