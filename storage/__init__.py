"""What Easel remembers."""
