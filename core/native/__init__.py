"""Native media code, which runs only in child processes."""
