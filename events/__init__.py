"""What happened: one append-only log, which is audit trail and outbox at once."""
