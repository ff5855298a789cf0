"""What keeps the house in order: backups, audits, and letting go of what is old."""
