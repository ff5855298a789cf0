"""How the house is watched: figures, spans and log lines, taken where its parts are put together."""
