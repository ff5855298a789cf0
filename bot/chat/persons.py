"""What a person reads where they join two accounts, or take everything along."""

from collections.abc import Sequence

CODE = "Your code: {code}"
CODE_HOW = (
    "Enter it where you use Easel with your other account: {elsewhere}. It is good once, for ten minutes. "
    "Show it to nobody else: who enters it becomes you."
)
SURE_TO_JOIN = (
    "Join this account with the one that showed you the code? Both become one person: one gallery, one budget, "
    "the collections and links of both. It cannot be taken apart again. Only enter a code that is your own."
)
JOINED = "Joined. What you made with {platforms} comes together in one gallery; with much of it, that takes a moment."
EXPORT = (
    "Everything Easel has of you, as one zip: the files of all your pictures, videos, narrations and uploads, how each "
    "was made, what you asked for, your tags and collections, and what it cost. Nothing of anybody else's."
)
EXPORT_LINK = "The link is for you alone: it signs your browser in once, within ten minutes, and then the zip begins."
NO_EXPORT_LINK = (
    "This Easel has no public address, so it cannot give you a link. "
    "Ask whoever runs it for the zip: they can set EASEL_PUBLIC_URL."
)
EXPORT_PATH = "/api/v1/me/export"
PLATFORMS = {"discord": "Discord", "slack": "Slack", "web": "the web", "terminal": "the terminal"}


def joined(platforms: Sequence[str]) -> str:
    """The end of it."""
    names = [PLATFORMS.get(each, each) for each in platforms]
    told = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
    return JOINED.format(platforms=told or "both")
