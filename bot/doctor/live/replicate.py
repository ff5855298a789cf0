"""Replicate: whether each model is there, and has the inputs that the catalogue names."""

import asyncio
from typing import Any

import httpx
from pydantic import ValidationError
from replicate.client import Client
from replicate.exceptions import ReplicateError
from replicate.model import Model as RemoteModel

from bot.doctor.findings import Finding, bad, good, listed, note
from bot.doctor.live.answers import TIMEOUT_S, refused, unreachable, unreadable
from bot.settings import Settings
from core.agent.catalogue import Catalogue, Model
from core.providers.replicate.inputs import Names

WHO, KEY = "Replicate", "REPLICATE_API_TOKEN"
_ROLES = ("prompt", "aspect", "duration", "seed", "voice", "image", "images", "mask", "video")
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What the SDK lets through where an answer is not what it expects."""


async def ask(settings: Settings, catalogue: Catalogue) -> list[Finding]:
    """One free request per model, and one for the account."""
    assert settings.replicate_api_token
    models = [model for model in catalogue.models if model.provider == "replicate"]
    async with httpx.AsyncHTTPTransport() as transport:
        client = Client(
            settings.replicate_api_token.get_secret_value(),
            base_url=settings.replicate_base_url,
            timeout=httpx.Timeout(TIMEOUT_S),
            transport=transport,
        )
        try:
            account = await client.accounts.async_current()
        except ReplicateError as error:
            return [refused(WHO, error.status, KEY)]
        except httpx.HTTPError:
            return [unreachable(WHO)]
        except _UNREADABLE:
            return [unreadable(WHO)]
        found = await asyncio.gather(*(_examined(client, model) for model in models))
    return [good(WHO, f"The token is good, for the account {account.username}."), *found]


async def _examined(client: Client, model: Model) -> Finding:
    try:
        names = _names(model)
    except ValidationError as error:
        words = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        return bad(model.id, f"Its settings in the catalogue are wrong: {words}.")
    inputs = await _told_inputs(client, model)
    if isinstance(inputs, Finding):
        return inputs
    if unknown := [name for name in names if name not in inputs]:
        return bad(model.id, f"It has no input {listed(unknown)}; it has {listed(sorted(inputs), 20)}.")
    return good(model.id, "It is there, with every input that the catalogue names.")


async def _told_inputs(client: Client, model: Model) -> dict[str, Any] | Finding:
    try:
        return await _inputs(client, model.vendor_name)
    except ReplicateError as error:
        if error.status == 404:
            return note(model.id, f"Replicate does not have {model.vendor_name}: the next model that can is asked.")
        return refused(model.id, error.status, KEY)
    except httpx.HTTPError:
        return unreachable(model.id)
    except _UNREADABLE:
        return note(model.id, "Replicate does not tell its inputs, so they could not be compared.")


def _names(model: Model) -> list[str]:
    """Every input that would be sent."""
    names = Names.model_validate(model.settings)
    given = [getattr(names, role) for role in _ROLES]
    return [name for name in (*given, *names.fixed) if name]


async def _inputs(client: Client, name: str) -> dict[str, Any]:
    """The inputs of a model's newest version, or of the one that the name pins."""
    slug, _, pinned = name.partition(":")
    owner, _, short = slug.partition("/")
    model = await client.models.async_get(owner, short)
    schema = await _schema(model, pinned)
    return dict(schema["components"]["schemas"]["Input"]["properties"])


async def _schema(model: RemoteModel, pinned: str) -> dict[str, Any]:
    version = await model.versions.async_get(pinned) if pinned else model.latest_version
    if version is None:
        raise LookupError
    return version.openapi_schema
