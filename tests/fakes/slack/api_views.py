"""views.* and blocks.validate."""

import json
import secrets
from typing import Any

from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, demand, invalid
from tests.fakes.slack.kit.check import check_blocks, check_view
from tests.fakes.slack.view import Trigger, View, with_ids

Json = dict[str, Any]
VIEW_BYTES = 250_000
PUSHED = 3
"""docs.slack.dev/reference/methods/views.push: views in a stack."""


def checked(call: Call, view: Any, wanted: str) -> Json:
    """A view's content with its ids filled in, or a refusal."""
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refused("view_too_large")
    demand(check_view(view, call.file_fault(None)), "invalid_arguments")
    if view["type"] != wanted:
        raise invalid(f"view type must be {wanted} [json-pointer:/view/type]")
    filled: Json = view | {"blocks": with_ids(view["blocks"])}
    return filled


def made(call: Call, user: str, content: Json) -> View:
    world, workspace = call.world, call.workspace
    _unique(call, content.get("external_id"))
    view = View(
        id=f"V{secrets.token_hex(5).upper()}",
        team=workspace.id,
        user=user,
        app_id=world.app.id,
        bot_id=workspace.bot_id,
        content=content,
    )
    world.views[view.id] = view
    return view


def _unique(call: Call, external_id: str | None) -> None:
    open_views = [one for one in call.world.views.values() if one.open and one.team == call.workspace.id]
    if external_id and any(one.content.get("external_id") == external_id for one in open_views):
        raise Refused("duplicate_external_id")


def opened(call: Call) -> Json:
    content = checked(call, call.args["view"], "modal")
    trigger = _trigger(call)
    view = made(call, trigger.user, content)
    person = call.workspace.user(trigger.user)
    assert person is not None
    person.show(view, fresh=True)
    return {"view": view.described()}


def pushed(call: Call) -> Json:
    content = checked(call, call.args["view"], "modal")
    trigger = _trigger(call)
    person = call.workspace.user(trigger.user)
    assert person is not None
    if trigger.view is None or not person.modals:
        raise Refused("not_found")
    if len(person.modals) >= PUSHED:
        raise Refused("push_limit_reached")
    view = made(call, trigger.user, content)
    person.show(view)
    return {"view": view.described()}


def _trigger(call: Call) -> Trigger:
    if "trigger_id" not in call.args:
        raise invalid("missing required field: trigger_id")
    return call.world.triggers.redeem(call.args["trigger_id"], call.workspace.id)


def updated(call: Call) -> Json:
    args = call.args
    content = checked(call, args["view"], "modal")
    mine = [one for one in call.world.views.values() if one.open and one.team == call.workspace.id]
    wanted = [
        one
        for one in mine
        if one.id == args.get("view_id", ...) or one.content.get("external_id", ...) == args.get("external_id")
    ]
    if not wanted:
        raise Refused("not_found")
    view = wanted[0]
    if args.get("hash") not in (None, view.hash):
        raise Refused("hash_conflict")
    view.replace(content)
    call.world.changed()
    return {"view": view.described()}


def published(call: Call) -> Json:
    args, homes = call.args, call.workspace.homes
    if not call.world.app.home:
        raise Refused("not_enabled")
    content = checked(call, args["view"], "home")
    user = args["user_id"]
    if call.workspace.user(user) is None:
        raise Refused("user_not_found")
    if user in homes:
        if args.get("hash") not in (None, homes[user].hash):
            raise Refused("hash_conflict")
        homes[user].replace(content)
    else:
        homes[user] = made(call, user, content)
    call.world.changed()
    return {"view": homes[user].described()}


def validated(call: Call) -> Json:
    """docs.slack.dev/reference/methods/blocks.validate: exactly one of three, errors by JSON pointer."""
    given = [name for name in ("blocks", "message", "view") if name in call.args]
    if len(given) != 1:
        raise invalid("exactly one of blocks, message, view is needed")
    value = call.args[given[0]]
    if given[0] == "view":
        found = check_view(value)
    else:
        blocks = value.get("blocks", []) if given[0] == "message" and isinstance(value, dict) else value
        found = check_blocks(blocks, "message", at="/blocks" if given[0] == "message" else "")
    if found.issues:
        raise Refused(f"invalid_{given[0]}", errors=[issue.described() for issue in found.issues])
    return {}


CALLS = {
    "views.open": opened,
    "views.push": pushed,
    "views.update": updated,
    "views.publish": published,
    "blocks.validate": validated,
}
