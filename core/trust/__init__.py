"""Guards money, people and the bytes from outside."""
