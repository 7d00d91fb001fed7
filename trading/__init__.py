"""From match to benefit: synergies, bids, agreements, deliveries, and the ledger of what came of them."""
