"""What everything made offline says about itself."""

LABEL = "offline sketch, not an AI model"
