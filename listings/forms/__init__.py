"""What was typed, becoming terms: listings, their files, and the searches that people keep."""
