"""What the chat surfaces share: sentences, links, and files that fit."""
