"""What Easel does, free of any surface."""
