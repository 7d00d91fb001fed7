"""Reads of more than one line."""
