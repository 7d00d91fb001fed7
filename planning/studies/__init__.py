"""What a planner asks of plans: prices and shares, fronts, what is missing, what breaks, what an investor gets."""
