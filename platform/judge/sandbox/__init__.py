"""The host's side of a sandbox: start one, talk to it, and be sure that nothing of it is left."""
