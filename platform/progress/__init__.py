"""What a learner has proved, and the lab pages that show it."""
