"""Drawings, films and speech without any key or model."""
