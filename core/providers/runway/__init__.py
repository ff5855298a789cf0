"""Runway: films, upscaling and speech as tasks that are created, polled and fetched."""
