"""What Replicate's refusals and failures mean to a person."""

import httpx

from core.providers import verdicts
from core.providers.base import Failed, Refused

WHO = "Replicate"
_FLAGGED = ("nsfw", "flagged as sensitive", "sensitive content", "safety", "moderat", "content policy", "(e005)")
_SENTENCES = {
    "out of memory": "The machine at Replicate ran out of memory while making this.",
    "30 minutes": "Replicate stopped this after 30 minutes.",
    "timed out": "This took longer than the model at Replicate allows.",
    "queue is full": "The model at Replicate has too many orders waiting.",
}


def of_create(response: httpx.Response) -> Refused | Failed:
    """A create that was not accepted."""
    words = _words(response)
    if 400 <= response.status_code < 500 and _is_flagged(words):
        return verdicts.moderated(WHO)
    again_s = verdicts.again_s(response.headers, words) if response.status_code == 429 else None
    return verdicts.of_status(WHO, response.status_code, again_s=again_s)


def of_failed(error: str) -> Refused | Failed:
    """A prediction that failed, which is not charged. Its own words are a programmer's, so they are not shown."""
    if _is_flagged(error):
        return verdicts.moderated(WHO)
    known = (sentence for words, sentence in _SENTENCES.items() if words in error.lower())
    return Failed(next(known, "The model at Replicate could not make this."), elsewhere=True)


def of_stopped(*, ran: bool) -> Failed:
    """One that was stopped, by its deadline or on Replicate's website. It is charged if it had a machine."""
    if ran:
        return Failed("Replicate stopped this before it was done.", "stopped", perhaps_paid=True)
    return Failed("Replicate had no machine free in time for this.", "stopped", elsewhere=True)


def _is_flagged(words: str) -> bool:
    return any(sign in words.lower() for sign in _FLAGGED)


def _words(response: httpx.Response) -> str:
    """Title and detail of a problem (RFC 7807); nothing of a page that is none."""
    try:
        body = response.json()
    except ValueError:
        return ""
    return f"{body.get('title', '')} {body.get('detail', '')}" if isinstance(body, dict) else ""
