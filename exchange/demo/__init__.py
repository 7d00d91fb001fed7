"""The demonstration: published exchanges entered as separate offers and requests, and an illustrative background."""
