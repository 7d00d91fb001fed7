"""Scenarios and plans over REST."""
