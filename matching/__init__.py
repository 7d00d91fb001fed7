"""Which fits which: the engine, the matches it proposes, the facilitator's review."""
