"""What Slack's refusals mean: later perhaps, or never."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clients import Clients
from core.errors import Unreachable

REVOKED = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""docs.slack.dev/reference/methods/chat.postMessage#errors: the token is of no use, here or anywhere."""
GONE = frozenset(
    {
        "cant_update_message",
        "channel_not_found",
        "is_archived",
        "message_not_found",
        "thread_not_found",
        "thread_locked",
    }
)
FORBIDDEN = frozenset(
    {
        *("access_denied", "ekm_access_denied", "messages_tab_disabled", "missing_scope", "no_permission"),
        *("not_in_channel", "restricted_action", "restricted_action_non_threadable_channel"),
        *("restricted_action_read_only_channel", "restricted_action_thread_locked"),
        *("restricted_action_thread_only_channel", "team_access_not_granted"),
    }
)


FAULTS = (SlackClientError, aiohttp.ClientError, TimeoutError)
"""What may pass: a refusal for now, a torn connection, a late answer."""
UNCLEAR = frozenset({"", "fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Of these Slack says that some of the work may have been done."""


@asynccontextmanager
async def talking(clients: Clients, team: str, *, hasty: bool = False) -> AsyncIterator[AsyncWebClient]:
    """A team's client; what Slack will always refuse becomes `Unreachable`, everything else stays what it is.

    A refused token is noted, so that a workspace that threw Easel out hears from it once.
    """
    client = await (clients.hasty(team) if hasty else clients.client(team))
    try:
        yield client
    except SlackApiError as error:
        said = said_by(error)
        if said in REVOKED and client.token:
            clients.refuse(client.token)
        if reason := lasting(said):
            raise Unreachable(reason) from error
        raise


def said_by(error: SlackApiError) -> str:
    """The name of a refusal, `ratelimited` or `invalid_blocks`; empty where the answer was no JSON."""
    response = error.response
    body = response.get("data") if isinstance(response, dict) else getattr(response, "data", None)
    return str(body.get("error", "")) if isinstance(body, dict) else ""


def is_unclear(error: Exception) -> bool:
    """Whether Slack may have done what was asked although it says no: a torn connection, a gateway's page, a crash."""
    if isinstance(error, SlackApiError):
        return said_by(error) in UNCLEAR
    return isinstance(error, aiohttp.ClientError | TimeoutError)


def lasting(said: str) -> str | None:
    """Why asking again would not help; None where it might."""
    for reason, names in (("revoked", REVOKED), ("gone", GONE), ("forbidden", FORBIDDEN)):
        if said in names:
            return reason
    return None
