"""Those who make: one module per provider."""
