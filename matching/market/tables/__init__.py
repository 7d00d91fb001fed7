"""What the catalogue says, one subject per file, as the rules put it together for the engine."""
