"""auth.*: who a token is, and its end."""

from typing import Any

from tests.fakes.slack.call import Call

Json = dict[str, Any]


def test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "team_id": workspace.id,
        "user": "app",
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def revoke(call: Call) -> Json:
    if not call.args.get("test"):
        call.token.state = "token_revoked"
    return {"revoked": not call.args.get("test")}


CALLS = {"auth.test": test, "auth.revoke": revoke}
