"""Published cases that the planner is checked against: each a network with its assumptions and what was published."""
