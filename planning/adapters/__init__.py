"""Between a programme's listings, matches and agreements and the pure planner: the one place that knows both worlds."""
