"""What a person does with what they made: find, keep, tag, collect, show."""
