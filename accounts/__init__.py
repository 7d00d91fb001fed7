"""Who: users, organizations, sites, roles, programmes, API tokens."""
