"""The small toolkit: units, geography, errors, API plumbing. No tables, no domain nouns."""
