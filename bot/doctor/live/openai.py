"""OpenAI, or a server that speaks like it: which of its models are there, and how long."""

from collections.abc import Iterator, Mapping
from datetime import date

from httpx2 import HTTPError
from openai import APIStatusError, OpenAIError
from pydantic import BaseModel

from bot.doctor.findings import Finding, bad, good, listed, note
from bot.doctor.live.answers import TIMEOUT_S, refused, unreachable, unreadable
from bot.settings import Settings
from core.agent.catalogue import Catalogue, Model, Role
from core.providers.openai.client import Bounds, Connection

KEY = "OPENAI_API_KEY"
NO_LIST = {404, 405, 501}


class _Entry(BaseModel):
    id: str
    shutdown_date: str | None = None


class _Models(BaseModel):
    data: list[_Entry] | None = None
    """Some servers say null where they have none."""


There = Mapping[str, _Entry]


async def ask(settings: Settings, catalogue: Catalogue) -> list[Finding]:
    """One free request."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    bounds = Bounds(timeout_s=TIMEOUT_S, connect_s=TIMEOUT_S)
    connection = Connection(key, settings.openai_base_url, bounds=bounds)
    who = "OpenAI" if connection.official else connection.base_url
    try:
        there = await _there(connection, who)
    finally:
        await connection.close()
    if isinstance(there, Finding):
        return [there]
    return [
        good(who, f"It answers, and offers {len(there)} models."),
        *_planner(settings, catalogue, there),
        *(_moderation(catalogue, there) if connection.official else ()),
        *_makers(who, catalogue, there),
        *_dates(who, settings, catalogue, there),
    ]


async def _there(connection: Connection, who: str) -> There | Finding:
    try:
        response = await connection.sdk.models.with_raw_response.list()
        return {entry.id: entry for entry in _Models.model_validate_json(response.content).data or ()}
    except APIStatusError as error:
        if error.status_code in NO_LIST and not connection.official:
            return note(who, "It does not list its models, so they could not be compared.")
        return refused(who, error.status_code, KEY)
    except (OpenAIError, HTTPError, OSError):
        return unreachable(who)
    except ValueError:
        return unreadable(who)


def _planner(settings: Settings, catalogue: Catalogue, there: There) -> Iterator[Finding]:
    service = catalogue.service(Role.PLANNER)
    name = settings.agent_model or (service.id if service else "")
    if name and not _is_there(name, there):
        offers = f" It offers {listed(sorted(there))}." if there else ""
        yield bad("Planner", f"{name} is not there, so no wish can be planned: set EASEL_AGENT_MODEL.{offers}")


def _moderation(catalogue: Catalogue, there: There) -> Iterator[Finding]:
    service = catalogue.service(Role.MODERATION)
    if service and not _is_there(service.id, there):
        yield bad("Checks", f"{service.id} is not there, and what cannot be checked is not made.")


def _makers(who: str, catalogue: Catalogue, there: There) -> Iterator[Finding]:
    gone = [model.vendor_name for model in _own(catalogue) if not _is_there(model.vendor_name, there)]
    if gone:
        yield note(who, f"It does not have {listed(gone)}: the next model that can is asked in its place.")


def _dates(who: str, settings: Settings, catalogue: Catalogue, there: There) -> Iterator[Finding]:
    services = (catalogue.service(Role.PLANNER, settings.agent_model), catalogue.service(Role.MODERATION))
    known = [(model.id, model.vendor_name, model.ends) for model in _own(catalogue)]
    known += [(service.id, service.id, service.ends) for service in services if service]
    for subject, name, ends in known:
        told = _date(there[name].shutdown_date) if name in there else None
        if told and told != ends:
            expected = f"the catalogue says {ends:%d %B %Y}" if ends else "the catalogue does not know that"
            yield note(subject, f"{who} shuts it down on {told:%d %B %Y}; {expected}.")


def _own(catalogue: Catalogue) -> list[Model]:
    return [model for model in catalogue.models if model.provider == "openai"]


def _is_there(name: str, there: There) -> bool:
    """Ollama lists `name:latest` and answers to `name`."""
    return name in there or f"{name}:latest" in there


def _date(told: str | None) -> date | None:
    try:
        return date.fromisoformat((told or "")[:10])
    except ValueError:
        return None
