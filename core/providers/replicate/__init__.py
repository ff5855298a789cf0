"""Replicate: many models behind one interface of predictions that are created, polled and fetched."""
