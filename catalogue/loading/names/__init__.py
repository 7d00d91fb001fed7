"""Names beside the catalogue's own: of waste codes, and in other languages."""
