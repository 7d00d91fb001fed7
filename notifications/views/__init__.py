"""Pages: the inbox, how one wants to be told, letters."""
