"""Decides what to make, and with which model."""
