"""Measurements beside a peer, each a program of its own: `make bench`, or `make bench-NAME ARGS="--option 1"`."""
