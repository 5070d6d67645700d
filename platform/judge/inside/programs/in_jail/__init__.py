"""Scripts that run inside of a jail, with a learner's Python and nothing of this package."""
