"""Runway: how many credits are left, and how much it makes at once."""

from pydantic import BaseModel, Field
from runwayml import APIStatusError, AsyncRunwayML, RunwayMLError

from bot.doctor.findings import Finding, bad, good, listed
from bot.doctor.live.answers import TIMEOUT_S, refused, unreachable, unreadable
from bot.settings import Settings
from core.agent.catalogue import Catalogue

WHO, KEY = "Runway", "RUNWAYML_API_SECRET"
USD_PER_CREDIT = 0.01


class _Limits(BaseModel):
    at_once: int | None = Field(default=None, alias="maxConcurrentGenerations")


class _Tier(BaseModel):
    models: dict[str, _Limits] = {}


class _Organization(BaseModel):
    credits: int = Field(alias="creditBalance")
    tier: _Tier = _Tier()


async def ask(settings: Settings, catalogue: Catalogue) -> list[Finding]:
    """One free request."""
    assert settings.runwayml_api_secret
    client = AsyncRunwayML(
        api_key=settings.runwayml_api_secret.get_secret_value(),
        base_url=settings.runwayml_base_url,
        timeout=TIMEOUT_S,
        max_retries=0,
    )
    try:
        async with client:
            response = await client.organization.with_raw_response.retrieve()
            organization = _Organization.model_validate_json(await response.read())
    except APIStatusError as error:
        return [refused(WHO, error.status_code, KEY)]
    except (RunwayMLError, OSError):
        return [unreachable(WHO)]
    except ValueError:
        return [unreadable(WHO)]
    return [_balance(organization), *_at_once(organization.tier, catalogue)]


def _balance(organization: _Organization) -> Finding:
    if organization.credits <= 0:
        return bad(WHO, f"{KEY} is good, but no credits are left: nothing can be made there.")
    usd = organization.credits * USD_PER_CREDIT
    return good(WHO, f"{organization.credits:,} credits are left, about ${usd:,.2f}.")


def _at_once(tier: _Tier, catalogue: Catalogue) -> list[Finding]:
    """Beyond this number Runway lets work wait."""
    own = [model.vendor_name for model in catalogue.models if model.provider == "runway"]
    told = [f"{tier.models[name].at_once} {name}" for name in own if name in tier.models and tier.models[name].at_once]
    return [good(WHO, f"At once your tier makes {listed(told)}; more wait there.")] if told else []
