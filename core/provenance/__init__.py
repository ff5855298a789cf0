"""Where things come from: recipes, versions, and whether a file was made here."""
