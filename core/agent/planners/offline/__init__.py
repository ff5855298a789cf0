"""A planner without a language model: rules that understand everyday English requests."""
