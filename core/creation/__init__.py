"""Carries creations out, durably."""
