"""The planner's pure core: a network as arrays in, a proven plan out. It knows no Django, no clock and no globals.

`network` says what is planned, `draft` builds one by name, `checks` names its faults; `variables` and `constraints`
make the mixed-integer programme of `model`, one function per block; `solving` hands it to HiGHS, `answers` reads the
plan, and `verify` computes it once more from the network alone. `infeasible` names what clashes, `decompose` cuts what
does not touch. Symbols, units and every constraint as a formula: docs/planning.md.
"""
