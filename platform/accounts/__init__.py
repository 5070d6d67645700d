"""Who is learning: guests, accounts, roles, API tokens."""
