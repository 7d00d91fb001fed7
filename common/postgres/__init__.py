"""What PostgreSQL does that the ORM does not."""
