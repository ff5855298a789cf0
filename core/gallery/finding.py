"""How people say what they look for, on every surface alike: words, and `key:value` where words are not enough."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from core.errors import Invalid
from core.trust.words import clean
from storage.finding import Fact, Query, Subject
from storage.matching import cut
from storage.tables import now

KEYS_MAX = 30
HOW = (
    "Words find what you typed, what the model was told and what was answered. The beginning of a word is enough.",
    "“soft light” finds these words side by side; -fog leaves out whatever has that word.",
    "kind:video · made:upscaled · model:flux · provider:replicate · aspect:wide or aspect:16:9",
    "on:yesterday · on:2026-11 · after:2026-11-05 · before:2026-12",
    "is:favourite · is:shared · rated:up · tag:jazz · in:“Jazz festival”",
    "by:workspace finds what others show in your workspace.",
)
"""How to search, a line each, for where nothing is found. Plain text."""

KINDS: Mapping[str, str] = {
    "image": "image", "picture": "image", "photo": "image",
    "video": "video", "film": "video",
    "speech": "speech", "narration": "speech", "voice": "speech", "audio": "speech",
    "upload": "upload",
}  # fmt: skip
TOOLS: Mapping[str, str] = {
    "edited": "edit_image", "varied": "vary", "upscaled": "upscale", "animated": "animate", "extended": "extend",
}  # fmt: skip
OUTLINES: Mapping[str, str] = {
    "wide": "wide", "landscape": "wide", "tall": "tall", "portrait": "tall", "square": "square",
}  # fmt: skip
STANDINGS: Mapping[str, str] = {"favourite": "favourite", "favorite": "favourite", "shared": "shared"}
RATINGS: Mapping[str, str] = {"up": "up", "good": "up", "👍": "up", "down": "down", "bad": "down", "👎": "down"}
RATIOS = ("1:1", "5:4", "4:5", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "2:1", "1:2", "21:9", "9:21")
YEARS = range(2000, 2100)

# A phrase, a key with its value (which may be quoted), or anything up to the next space.
_PIECE = re.compile(r"""(-?)(?:"([^"]*)"?|([A-Za-z][A-Za-z_-]*):(?:"([^"]*)"?|(\S*))|(\S+))""")
_QUOTES = str.maketrans("“”„«»", '"' * 5)
_RATIO = re.compile(r"(\d{1,4})[:x×/](\d{1,4})", re.ASCII)
_NEAR = 1.03
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_ADDRESSES = frozenset({"http", "https", "ftp", "file", "data", "mailto"})
_OWN = "What others show is found by words, kind, model, provider, aspect, date and collection; the rest is theirs."

Reader = Callable[[Query, str, bool, datetime], Query]
"""Takes one key's value into the query. The flag: it must hold, or must not."""
Span = tuple[datetime, datetime]


def parse(text: str, base: Query | None = None, *, at: datetime | None = None) -> Query:
    """What a text asks for, within what `base` asks for already. Days are those of `at`'s time zone (UTC).

    Raises:
        Invalid: a key or a value that does not exist, with the sentence that says which do.
    """
    query, at = base or Query(), at or now()
    words = [query.words] if query.words else []
    for piece in _PIECE.finditer(clean(text).translate(_QUOTES)):
        minus, phrase, key, quoted, bare, word = piece.groups()
        value = quoted if quoted is not None else bare or ""
        if phrase is not None:
            query = _phrase(query, phrase, holds=not minus)
        elif word or _is_word(key, value, quoted=quoted is not None):
            query = _word(query, words, word or f"{key}:{value}", holds=not minus)
        else:
            query = _keyed(query, key.lower(), value.strip(), not minus, at)
    return _allowed(replace(query, words=" ".join(words)))


def _is_word(key: str, value: str, *, quoted: bool) -> bool:
    """`https://…`, `3:2` and `C:` are words; `colour:red` means a key, if one that does not exist."""
    name = key.lower()
    if name in _READERS:
        return False
    if name in _ADDRESSES or len(name) < 2:
        return True
    meant = quoted or value[:1].isalpha() or bool(value and get_close_matches(name, _READERS, 1, 0.75))
    return not meant


def _phrase(query: Query, phrase: str, *, holds: bool) -> Query:
    if not cut(phrase):
        return query
    if holds:
        return replace(query, phrases=(*query.phrases, phrase))
    return replace(query, without=(*query.without, phrase))


def _word(query: Query, words: list[str], word: str, *, holds: bool) -> Query:
    if holds:
        words.append(word)
        return query
    return _phrase(query, word, holds=False)


def _keyed(query: Query, key: str, value: str, holds: bool, at: datetime) -> Query:
    if key not in _READERS:
        near = get_close_matches(key, _READERS, 1, 0.6)
        instead = f"Did you mean {near[0]}: ?" if near else f"There are {_listed(f'{each}:' for each in _READERS)}."
        raise Invalid(
            f"{key}: is nothing to search by. {instead} In “quotes”, it is looked for as it stands.", "search"
        )
    if not value:
        raise Invalid(f"{key}: wants something after it, such as {_EXAMPLES[key]}.", "search")
    return _READERS[key](query, value, holds, at)


def _allowed(query: Query) -> Query:
    """What is asked for is also what may be asked for: others' marks are theirs."""
    if len(query.facts) + len(query.phrases) + len(query.without) > KEYS_MAX:
        raise Invalid(f"Easel looks for up to {KEYS_MAX} keys, phrases and -words at once.", "search")
    private = any(fact.subject in ("is", "rated", "tag") for fact in query.facts) or query.favourite is not None
    if query.others and (private or query.thread):
        raise Invalid(_OWN, "search")
    return query


# --- keys ---------------------------------------------------------------------------------------------------------


def _one_of(key: str, subject: Subject, words: Mapping[str, str], shown: str) -> Reader:
    """A key whose values are fixed words; their beginning is enough where it means one thing, and so is a plural."""

    def read(query: Query, value: str, holds: bool, _: datetime) -> Query:
        known = _meant(words, value.casefold())
        if known is None:
            raise Invalid(f"{key}: may be {shown}.", "search")
        return _fact(query, subject, known, holds)

    return read


def _meant(words: Mapping[str, str], value: str) -> str | None:
    for name in (value, value.removesuffix("s")):
        if name in words:
            return words[name]
    begun = {meaning for word, meaning in words.items() if word.startswith(value)}
    return begun.pop() if len(begun) == 1 else None


def _aspect(query: Query, value: str, holds: bool, _: datetime) -> Query:
    outline = _meant(OUTLINES, value.casefold()) or _ratio(value)
    if outline is None:
        raise Invalid(f"aspect: may be wide, tall, square, {_listed(RATIOS, 'or')}.", "search")
    return _fact(query, "aspect", outline, holds)


def _ratio(value: str) -> str | None:
    """The known ratio that this one is, nearly."""
    if not (found := _RATIO.fullmatch(value)) or not (int(found[1]) and int(found[2])):
        return None
    wanted = int(found[1]) / int(found[2])
    for ratio in RATIOS:
        wide, high = map(int, ratio.split(":"))
        if max(wanted * high / wide, wide / high / wanted) <= _NEAR:
            return f"{wide}x{high}"
    return None


def _model(query: Query, value: str, holds: bool, _: datetime) -> Query:
    if not cut(value):
        raise Invalid(f"model: wants a part of a model's name, such as {_EXAMPLES['model']}.", "search")
    return _fact(query, "model", value, holds)


def _provider(query: Query, value: str, holds: bool, _: datetime) -> Query:
    return _fact(query, "provider", value.casefold().replace(" ", "-"), holds)


def _tag(query: Query, value: str, holds: bool, _: datetime) -> Query:
    return _fact(query, "tag", "-".join(value.casefold().lstrip("#").split()), holds)


def _fact(query: Query, subject: Subject, value: str, holds: bool) -> Query:
    return replace(query, facts=(*query.facts, Fact(subject, value, holds)))


def _collection(query: Query, value: str, holds: bool, _: datetime) -> Query:
    _only(holds, "in", query.collection)
    return replace(query, collection=value)


def _thread(query: Query, value: str, holds: bool, _: datetime) -> Query:
    _only(holds, "thread", query.thread)
    return replace(query, thread=value)


def _by(query: Query, value: str, holds: bool, _: datetime) -> Query:
    _only(holds, "by", "")
    whose = _meant({"me": "me", "workspace": "workspace", "server": "workspace", "team": "workspace"}, value.casefold())
    if whose is None:
        raise Invalid("by: may be me or workspace.", "search")
    return replace(query, others=whose == "workspace")


def _only(holds: bool, key: str, said: str) -> None:
    if not holds:
        raise Invalid(f"{key}: cannot be left out with a minus.", "search")
    if said:
        raise Invalid(f"Say {key}: only once.", "search")


def _when(key: str) -> Reader:
    def read(query: Query, value: str, holds: bool, at: datetime) -> Query:
        _only(holds, key, "")
        begins, ends = _span(key, value.casefold(), at)
        if key != "before":
            query = replace(query, since=max(filter(None, (query.since, begins))))
        if key != "after":
            query = replace(query, until=min(filter(None, (query.until, ends if key == "on" else begins))))
        return query

    return read


# --- dates --------------------------------------------------------------------------------------------------------


def _span(key: str, value: str, at: datetime) -> Span:
    """When a day, a week, a month or a year begins, and when the next one does."""
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    monday, first = today - today.weekday() * day, today.replace(day=1)
    spans: dict[str, Span] = {
        "today": (today, today + day),
        "yesterday": (today - day, today),
        "this-week": (monday, monday + 7 * day),
        "last-week": (monday - 7 * day, monday),
        "this-month": (first, _next_month(first)),
        "last-month": ((first - day).replace(day=1), first),
    }
    found = spans.get(value) or _dated(value, today)
    if found is None:
        raise Invalid(
            f"{key}: wants a date such as 2026-11-05, 2026-11 or 2026, or one of {_listed(spans, 'or')}.", "search"
        )
    return found


def _dated(value: str, today: datetime) -> Span | None:
    found = _DATE.fullmatch(value)
    if not found or int(found[1]) not in YEARS:
        return None
    try:
        begins = today.replace(year=int(found[1]), month=int(found[2] or 1), day=int(found[3] or 1))
    except ValueError:
        return None
    if found[3]:
        return begins, begins + timedelta(days=1)
    return begins, _next_month(begins) if found[2] else begins.replace(year=begins.year + 1)


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=31)).replace(day=1)


def _listed(words: Iterable[str], last: str = "and") -> str:
    *before, end = words
    return f"{', '.join(before)} {last} {end}" if before else end


_READERS: Mapping[str, Reader] = {
    "kind": _one_of("kind", "kind", KINDS, "image, video, speech or upload"),
    "made": _one_of("made", "tool", TOOLS, "edited, varied, upscaled, animated or extended"),
    "model": _model,
    "provider": _provider,
    "aspect": _aspect,
    "is": _one_of("is", "is", STANDINGS, "favourite or shared"),
    "rated": _one_of("rated", "rated", RATINGS, "up or down"),
    "tag": _tag,
    "in": _collection,
    "on": _when("on"),
    "after": _when("after"),
    "before": _when("before"),
    "thread": _thread,
    "by": _by,
}
_EXAMPLES: Mapping[str, str] = {
    "kind": "kind:video",
    "made": "made:upscaled",
    "model": "model:flux",
    "provider": "provider:replicate",
    "aspect": "aspect:wide",
    "is": "is:favourite",
    "rated": "rated:up",
    "tag": "tag:jazz",
    "in": "in:“Jazz festival”",
    "on": "on:yesterday",
    "after": "after:2026-11-05",
    "before": "before:2026-12",
    "thread": "thread: and its address",
    "by": "by:workspace",
}
