"""What no usable answer means."""

from bot.doctor.findings import Finding, bad, note

TIMEOUT_S = 4.0
"""Of one request."""
LIMIT_S = 5.0
"""Of everything that one provider is asked."""


def unreachable(who: str) -> Finding:
    """No connection, or no answer in time."""
    return note(who, "It could not be reached just now.")


def unreadable(who: str) -> Finding:
    """An answer that says nothing to Easel."""
    return note(who, "It could not be reached just now: what answered does not speak its language.")


def refused(who: str, status: int | None, variable: str) -> Finding:
    """An answer that is no success."""
    if status == 401:
        return bad(who, f"It does not accept {variable}.")
    if status == 403:
        return note(who, f"{variable} may not look at this, so nothing could be compared.")
    return note(who, f"It could not be reached just now: it answered {status or 'with an error'}.")
