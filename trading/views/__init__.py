"""Pages of trading: deals and their rooms, bids, tenders, agreements, deliveries, benefit."""
