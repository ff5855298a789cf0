"""Discord from end to end: the real library, a strict server."""
