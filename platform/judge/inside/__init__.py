"""The supervisor's side of a sandbox: all that runs as its root, and the jail it keeps.

Nothing in here runs on the host. The package may import `judge`'s plain types (errors, events,
history, waiting) and never the host's side or the site.
"""
