"""Lessons: read from content/, shown with predictions, claims and pictures."""
