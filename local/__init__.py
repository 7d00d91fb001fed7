"""Runs everything on one machine. Starts on a bare Python 3.11: nothing here imports Django or any package."""
