"""Where things come from, over REST and as pages: recipes, version trees, comparisons, and what a file is."""
