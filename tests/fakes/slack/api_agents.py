"""assistant.threads.* and agents.sessions.setStatus: docs.slack.dev/ai/agent-sessions."""

from typing import Any

from tests.fakes.slack.api_streams import SESSION
from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, invalid
from tests.fakes.slack.world import AgentState

Json = dict[str, Any]
LOADING, PROMPTS = 10, 4
"""docs.slack.dev/reference/methods/assistant.threads.setStatus, .setSuggestedPrompts."""


def _state(call: Call) -> AgentState:
    channel = call.writable("channel_id")
    return call.world.agent_state(call.workspace.id, channel.id, call.thread(channel))


def set_line(call: Call) -> Json:
    messages = call.args.get("loading_messages", [])
    if len(messages) > LOADING or not all(isinstance(one, str) and one for one in messages):
        raise invalid(f"loading_messages: at most {LOADING} strings")
    _state(call).line = call.args["status"]
    call.world.changed()
    return {}


def set_prompts(call: Call) -> Json:
    prompts = call.args["prompts"]
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= PROMPTS:
        raise invalid(f"prompts: 1 to {PROMPTS}")
    for prompt in prompts:
        if not isinstance(prompt, dict) or set(prompt) != {"title", "message"}:
            raise invalid("a prompt has a title and a message")
    _state(call).prompts = prompts
    call.world.changed()
    return {}


def set_title(call: Call) -> Json:
    _state(call).title = call.args["title"]
    return {}


def set_status(call: Call) -> Json:
    """Creates the session where there is none; a title counts only then."""
    args, world = call.args, call.world
    if not world.app.agent:
        raise Refused("not_an_agent")
    if args["status"] not in SESSION:
        raise Refused("invalid_status")
    if not args.get("channel_id") or not args.get("thread_ts"):
        raise invalid("channel_id and thread_ts are required for thread-based sessions")
    if len(args.get("title", "")) > 200:
        raise Refused("title_too_long")
    state = _state(call)
    if state.status is None:
        state.title = args.get("title", state.title)
    state.status = args["status"]
    state.history.append(args["status"])
    world.changed()
    unheard = "agent_session_stopped" not in world.app.events
    warning = {"warning": "missing_agent_session_stopped_event_subscription"} if unheard else {}
    return {"status": state.status, "title": state.title or ""} | warning


CALLS = {
    "assistant.threads.setStatus": set_line,
    "assistant.threads.setSuggestedPrompts": set_prompts,
    "assistant.threads.setTitle": set_title,
    "agents.sessions.setStatus": set_status,
}
