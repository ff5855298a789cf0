"""What was deleted of a person, and what could not be: the receipt."""

from collections.abc import Iterator

from bot.chat import phrases
from core.people.deletion import Receipt

LEFT = (
    "{count} could not be deleted: the platform no longer lets Easel, or did not answer. "
    "Delete them there yourself, or ask a moderator."
)
KEPT = (
    "The totals of what was spent stay, without your name. "
    "A backup that is ever brought back has the same taken out of it again."
)


def lines(receipt: Receipt) -> list[str]:
    """Counts first, then what is left."""
    requests, results = _count(receipt.creations, "request"), _count(receipt.assets, "result")
    return [phrases.FORGOTTEN.format(creations=requests, assets=results), *_more(receipt)]


def _more(receipt: Receipt) -> Iterator[str]:
    files = receipt.objects - receipt.thumbnails
    if receipt.objects:
        yield f"{_count(files, 'stored file')} and {_count(receipt.thumbnails, 'small picture')} are gone."
    if receipt.messages_deleted:
        gone = "is" if receipt.messages_deleted == 1 else "are"
        yield f"{_count(receipt.messages_deleted, 'message')} that showed them {gone} gone."
    if receipt.messages_left:
        yield LEFT.format(count=_count(receipt.messages_left, "message"))
    yield KEPT


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
