"""Pictures of chat messages for the guides: the platforms' own JSON in, a page in that platform's look out."""
