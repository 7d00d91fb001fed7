"""The top of the house: settings, addresses, the worker and the wiring. Imports all; nothing imports it."""
