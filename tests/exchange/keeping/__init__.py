"""Keeping: backup and restore, roles, retention, erasing."""
