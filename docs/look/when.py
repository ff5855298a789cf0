"""Moments in words, as an English client at UTC shows them, seen from `now`."""

from collections.abc import Callable
from datetime import UTC, datetime

SPANS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def moment(value: str | float) -> datetime:
    """From Discord's ISO 8601 or from seconds since 1970 (Slack's `ts` is those in a string)."""
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except ValueError:
        return datetime.fromisoformat(str(value)).astimezone(UTC)


def time(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at.minute:02} {'AM' if at.hour < 12 else 'PM'}"


def date(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at.year}"


def day(at: datetime, now: datetime) -> str:
    """ "Today", "Yesterday", or the date."""
    names = {0: "Today", 1: "Yesterday"}
    return names.get((now.date() - at.date()).days, date(at))


def relative(at: datetime, now: datetime) -> str:
    """ "in 2 minutes", "3 hours ago"."""
    seconds = round((at - now).total_seconds())
    name, length = next(((name, length) for name, length in SPANS if abs(seconds) >= length), SPANS[-1])
    count = abs(seconds) // length
    words = f"{count} {name}" + ("" if count == 1 else "s")
    return f"in {words}" if seconds >= 0 else f"{words} ago"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


DISCORD: dict[str, Callable[[datetime, datetime], str]] = {
    "t": lambda at, _: time(at),
    "T": lambda at, _: time(at).replace(" ", f":{at.second:02} "),
    "d": lambda at, _: f"{at.month}/{at.day}/{at.year}",
    "D": lambda at, _: date(at),
    "f": lambda at, _: f"{date(at)} {time(at)}",
    "F": lambda at, _: f"{at:%A}, {date(at)} {time(at)}",
    "R": relative,
}
"""The styles of `<t:UNIX:style>`: https://docs.discord.com/developers/reference#message-formatting"""

SLACK: dict[str, Callable[[datetime, datetime], str]] = {
    "date_num": lambda at, _: f"{at:%Y-%m-%d}",
    "date": lambda at, _: f"{at:%B} {ordinal(at.day)}, {at.year}",
    "date_short": lambda at, _: f"{at:%b} {at.day}, {at.year}",
    "date_long": lambda at, _: f"{at:%A}, {at:%B} {ordinal(at.day)}, {at.year}",
    "date_pretty": day,
    "date_short_pretty": day,
    "date_long_pretty": day,
    "time": lambda at, _: time(at),
    "time_secs": lambda at, _: time(at).replace(" ", f":{at.second:02} "),
    "ago": relative,
}
"""The tokens of a date: https://docs.slack.dev/messaging/formatting-message-text#date-formatting"""
