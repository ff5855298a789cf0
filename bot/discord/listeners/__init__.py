"""What comes in from Discord: each listener records first, then answers."""
