"""Telling people: who hears of what, the inbox, and letters that leave at least once."""
