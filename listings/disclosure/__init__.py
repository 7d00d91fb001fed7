"""Who learns what of a listing, and as which cell its place is told: the rules, in one place for all apps.

`rules`: existence, identity, exact place, documents. `partition` and `crowd`: who a hidden plant could be as well.
`cells`: the one cell of a site. What is told of a place is written to the listing's public columns, and everything else
reads those.
"""
