"""What a failed request to a paid service means for money, in one place: whether it ran, and who may be asked next.

Another model may be asked where this one surely did not run: no connection came about, or it said 401, 402, 403, 404 or
429. A timeout, a dropped connection, another 5xx and an unreadable success leave open whether it ran and is billed.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from core.providers.base import Failed, Refused

BUSY_S = 10.0
"""How long to wait after a 429 that does not say."""
BUSY_MOST_S = 600.0
_RESETS = re.compile(r"resets? in ~?(\d+(?:\.\d+)?) ?s", re.IGNORECASE)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def of_error(who: str, error: BaseException) -> Failed:
    """A request that got no answer. No connection (refused, DNS, TLS): it was never sent."""
    return unreachable(who) if _never_sent(error) else unknown(who)


def of_status(who: str, status: int, *, again_s: float | None = None) -> Failed:
    """An answer that is no success. `again_s` is what the service said beside a 429."""
    if status == 429:
        return Failed(f"{who} is too busy right now.", "busy", elsewhere=True, again_s=again_s or BUSY_S)
    if known := _BY_STATUS.get(status):
        return known(who)
    if 400 <= status < 500 and status != 408:
        return Failed(f"{who} did not accept this order. Another wording or another model may work.", "rejected")
    return unknown(who)


def no_access(who: str) -> Failed:
    """The key is wrong, or may not do this."""
    return Failed(f"{who} did not accept this installation's key. Whoever runs Easel can check it.", "no_access", True)


def no_model(who: str) -> Failed:
    """What the catalogue names is gone."""
    return Failed(f"{who} does not have this model any more.", "no_model", elsewhere=True)


def unreachable(who: str) -> Failed:
    """Nothing was sent."""
    return Failed(f"{who} cannot be reached right now.", "unreachable", elsewhere=True)


def unknown(who: str) -> Failed:
    """Nobody can say whether it ran."""
    return Failed(
        f"{who} gave no usable answer, so this may have been charged although nothing arrived. "
        "Try again, or try another model.",
        "uncertain",
        perhaps_paid=True,
    )


def out_of_credit(who: str) -> Failed:
    """The installation's account is empty."""
    return Failed(f"The account at {who} has no credit left. Whoever runs Easel can add some.", "no_credit", True)


def out_of_quota(who: str) -> Failed:
    """The account may do no more today."""
    return Failed(f"The account at {who} has reached its limit for today.", "quota", elsewhere=True)


def moderated(who: str) -> Refused:
    """The service will not make this."""
    return Refused(f"{who} declined this for its content rules. Other words may work.")


def no_file(who: str) -> Failed:
    """It ran and was paid, and there is nothing to show for it."""
    return Failed(f"{who} finished, but what it made is missing.", "no_output", perhaps_paid=True)


def not_taken(who: str) -> Failed:
    """An upload failed. It costs nothing and nothing was begun, so anybody may be asked."""
    return Failed(f"{who} did not take the file to start from.", "upload_failed", elsewhere=True)


_BY_STATUS = {401: no_access, 402: out_of_credit, 403: no_access, 404: no_model}


def again_s(headers: Mapping[str, str], words: str = "") -> float | None:
    """How long a 429 asks to wait: `Retry-After` (seconds or a date), else "resets in ~30s" in its words."""
    said = _seconds(headers.get("retry-after", "").strip())
    if said is None and (match := _RESETS.search(words)):
        said = float(match[1])
    return None if said is None else min(max(said, 1.0), BUSY_MOST_S)


def _seconds(value: str) -> float | None:
    if value.replace(".", "", 1).isdecimal():
        return float(value)
    try:
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None


def _never_sent(error: BaseException | None) -> bool:
    """Also where an SDK wrapped it."""
    while error is not None:
        if isinstance(error, _NEVER_SENT):
            return True
        error = error.__cause__
    return False
