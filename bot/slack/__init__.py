"""Easel on Slack."""
