"""Planning the whole network: scenarios, optimal plans, and prices at which nobody would rather trade elsewhere."""
