"""The home page, what every page's frame shows, and what an app adds to a page of one below it."""
