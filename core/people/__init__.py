"""What a person may do with themselves: take everything along, become one, be forgotten."""
