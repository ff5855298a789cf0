"""Where things come from, through the front door."""
