"""Those who decide: rules, pressed buttons, language models."""
