"""Easel in a browser, and for programs over REST."""
