"""Listings from and to spreadsheets: template, import, export; and many of them by one call of the API.

`sheets` makes rows of text of a file, `columns` says what a column can hold and guesses which is which, `cells` reads
one cell, `rows` one row; `services` checks and writes, by `listings.services.bulk`. `export` is the way out.
"""
