"""What a modal does with the app's answer: docs.slack.dev/surfaces/modals#response_actions."""

from typing import TYPE_CHECKING, Any

from tests.fakes.slack import api_views
from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused
from tests.fakes.slack.view import View
from tests.fakes.slack.world import World

if TYPE_CHECKING:
    from tests.fakes.slack.eyes import Eyes, Seen

Json = dict[str, Any]


def answered(world: World, person: "Eyes", view: View, seen: "Seen") -> None:
    """An empty answer closes this view; nonsense shows trouble and keeps it."""
    if not seen.acked:
        return
    body = seen.response or {}
    try:
        _apply(world, person, view, seen, body)
    except Refused as refused:
        seen.trouble = True
        world.refused_answers.append(refused)
    world.changed()


def _apply(world: World, person: "Eyes", view: View, seen: "Seen", body: Json) -> None:
    match body.get("response_action"):
        case None if not body:
            if view in person.modals:
                person.modals.remove(view)
            view.open = False
        case "clear":
            for one in person.modals:
                one.open = False
            person.modals.clear()
        case "errors":
            seen.errors = _errors(view, body)
        case "update":
            view.replace(api_views.checked(_call(world, person), body.get("view"), "modal"))
        case "push":
            call = _call(world, person)
            content = api_views.checked(call, body.get("view"), "modal")
            if len(person.modals) >= api_views.PUSHED:
                raise Refused("push_limit_reached")
            person.show(api_views.made(call, person.id, content))
        case other:
            raise Refused("invalid_response_action", action=other)


def _errors(view: View, body: Json) -> dict[str, str]:
    """Only input blocks can carry an error."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    errors = body.get("errors")
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise Refused("invalid_errors", errors=errors)
    return errors


def _call(world: World, person: "Eyes") -> Call:
    token = person.workspace.token
    if token is None:
        raise Refused("account_inactive")
    return Call(world=world, workspace=person.workspace, token=token, args={})
