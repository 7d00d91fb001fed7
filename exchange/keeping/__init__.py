"""What an operator does with all the data at once: backup and restore, roles, retention, erasing.

`archive`: the file of a backup. `tables`: the database's tables, out and in. `backup`: both together.
"""
