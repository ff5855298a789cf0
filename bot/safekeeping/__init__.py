"""What an operator does for people and for what they made: forget, export, audit, back up, restore."""
