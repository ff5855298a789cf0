"""What Runway's refusals and failures mean to a person (docs.dev.runwayml.com/errors)."""

from collections.abc import Callable
from dataclasses import replace

import httpx
from runwayml import APIStatusError

from core.providers import verdicts
from core.providers.base import Failed, Refused
from core.providers.runway.task import Task

WHO = "Runway"
SAFETY = "SAFETY"
_BY_WORDS: dict[tuple[str, ...], Callable[[str], Refused | Failed]] = {
    ("moderation", "safety", "content polic"): verdicts.moderated,
    ("not have enough credit", "insufficient credit", "out of credit"): verdicts.out_of_credit,
    ("daily task limit", "daily limit"): verdicts.out_of_quota,
}
"""Runway says what it means in words alone."""
_BY_FAILURE = {
    "INPUT_PREPROCESSING": "Runway could not use the file that this starts from.",
    "ASSET": "Runway could not use the file that this starts from.",
    "INTERNAL.BAD_OUTPUT": "What came out was not good enough for Runway itself. Simpler words or pictures may help.",
}


def of_create(error: Exception) -> Refused | Failed:
    """A create that was not accepted, or got no answer."""
    if not isinstance(error, APIStatusError):
        return verdicts.of_error(WHO, error)
    words = _words(error.response)
    if 400 <= error.status_code < 500:
        known = (verdict for signs, verdict in _BY_WORDS.items() if any(sign in words for sign in signs))
        if verdict := next(known, None):
            return verdict(WHO)
    again_s = verdicts.again_s(error.response.headers, words) if error.status_code == 429 else None
    return verdicts.of_status(WHO, error.status_code, again_s=again_s)


def of_upload(error: Exception) -> Failed:
    """An upload that failed; nothing was begun."""
    failed = of_create(error)
    return failed if isinstance(failed, Failed) and failed.elsewhere else verdicts.not_taken(WHO)


def of_failed(task: Task) -> Refused | Failed:
    """A task that failed. A moderated one is never asked again: Runway suspends accounts for it."""
    if task.failure_code.startswith(SAFETY):
        return replace(verdicts.moderated(WHO), billed=task.was_charged)
    known = (sentence for code, sentence in _BY_FAILURE.items() if task.failure_code.startswith(code))
    return _ended(next(known, "Runway could not make this."), "failed", task)


def of_cancelled(task: Task) -> Failed:
    """Stopped by somebody else, in Runway's own portal."""
    return _ended("Runway stopped this before it was done.", "stopped", task)


def too_dear(asked_micros: int, held_micros: int, *, free: bool) -> Failed:
    """Runway wants more than was reserved; the task was cancelled."""
    sentence = (
        f"Runway asks ${asked_micros / 1e6:.2f} for this, more than the ${held_micros / 1e6:.2f} "
        "that Easel had set aside, so it was not made."
    )
    return Failed(sentence, "too_dear", elsewhere=free, perhaps_paid=not free)


def _ended(sentence: str, code: str, task: Task) -> Failed:
    return Failed(sentence, code, elsewhere=not task.was_charged, perhaps_paid=task.was_charged)


def _words(response: httpx.Response) -> str:
    """The explanation in an error, in small letters; nothing of a page that is none."""
    try:
        body = response.json()
    except ValueError:
        return ""
    return str(body.get("error", "")).lower() if isinstance(body, dict) else ""
