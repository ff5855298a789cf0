"""Workspaces for tests: who is in them, and what is shown there."""

from typing import Any

from storage import gallery
from storage.tables import Asset
from tests.bot.house import Answer, House, Person


async def workspace(house: House, name: str, *people: Person) -> str:
    """A Slack team whose members these people are; its id."""
    place = await house.app.chats.workspace("slack", name)
    for person in people:
        await house.app.kept.membership.seen(person.id, place.id)
    return place.id


async def made_in(house: House, owner: Person, workspace_id: str | None, **more: Any) -> Asset:
    """An asset that somebody made in a workspace."""
    asset = await house.asset(owner.id, **more)
    await house.app.database.write(
        lambda session: gallery.change(session, owner.id, asset.id, workspace_id=workspace_id)
    )
    return asset


async def shown_in(house: House, owner: Person, workspace_id: str, **more: Any) -> Asset:
    """An asset that everybody in a workspace may see."""
    asset = await made_in(house, owner, workspace_id, **more)
    answer = await ask(
        house, owner, "POST", "/api/v1/assets/visibility", json={"assets": [asset.id], "visibility": "workspace"}
    )
    assert answer.json == {"done": [asset.id], "missing": []}
    return asset


async def ask(house: House, who: Person, method: str, path: str, **more: Any) -> Answer:
    """A request of a person who has shown their token."""
    return await house.ask(method, path, locked=True, headers=who.headers, **more)
