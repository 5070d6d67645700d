"""What a learner hands in: drafts that save themselves, answers, and frozen submissions."""
