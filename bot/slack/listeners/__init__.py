"""What Easel listens to in Slack; each module registers its own with Bolt."""
