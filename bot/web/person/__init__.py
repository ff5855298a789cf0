"""What a person asks about themselves: take everything along, be forgotten, be one person on two platforms."""
