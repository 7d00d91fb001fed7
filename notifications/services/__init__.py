"""Writes: what is told, read and chosen, and the letters that leave."""
