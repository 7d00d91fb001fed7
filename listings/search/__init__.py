"""Finding listings: words and lines understood, rows kept in memory and passed in one go, pages by cursor."""
