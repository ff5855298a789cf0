"""What an asset came from and became, on pages: versions, what changed, going on from one, its recipe."""

from collections.abc import Mapping
from typing import Any

from bot.chat import changes
from bot.slack import versions_view
from bot.slack.asks import Ask
from bot.slack.buttons import Do, value_of
from bot.slack.desk import Desk, Looks
from core.errors import Forbidden, NotFound
from core.provenance.trees import Tree

NOT_SHOWN = "Its versions and its recipe are for the person who made it, and for whom they show it to."


class Versions:
    """Opens pages; which asset they are about stands in the button."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lineage = desk.app.provenance.lineage
        self.verbs: Mapping[str, Do] = {
            "versions": self._open,
            "version": self._open,
            "changed": self._changed,
            "stand": self._stand,
            "recipe": self._recipe,
        }

    async def _open(self, ask: Ask, action: Mapping[str, Any]) -> None:
        await self._show(ask, await self._desk.looks(ask), value_of(action))

    async def _show(self, ask: Ask, who: Looks, asset_id: str, note: str = "") -> None:
        tree = await self._tree(ask, who, asset_id)
        asset = next(node.asset for node in tree.nodes if node.asset.id == asset_id)
        before = changes.earlier(tree, asset_id)
        comparing = await self._desk.app.links.comparing(who.user_id, before, asset_id) if before else None
        page = versions_view.tree_page(ask, tree, asset, self._desk.app.links, comparing=comparing, note=note)
        await self._desk.turn(ask, page)

    async def _changed(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """What changed from the version before."""
        who, asset_id = await self._desk.looks(ask), value_of(action)
        before = changes.earlier(await self._tree(ask, who, asset_id), asset_id)
        if before is None:
            raise NotFound(changes.FIRST)
        found = await self._lineage.compare(who.user_id, before, asset_id, who.workspaces)
        comparing = await self._desk.app.links.comparing(who.user_id, before, asset_id)
        await self._desk.turn(ask, versions_view.changed_page(ask, found, self._desk.app.links, comparing))

    async def _stand(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """Let the next reply in its conversation go on from it: for whoever sees it there."""
        who, asset_id = await self._desk.looks(ask), value_of(action)
        standing = await self._lineage.go_on_from(who.user_id, asset_id, ask.through)
        if standing.asset.mine and ask.view == "modal":
            await self._show(ask, who, asset_id, standing.sentence)
        else:
            await self._desk.whispers.say(ask, standing.sentence)

    async def _recipe(self, ask: Ask, action: Mapping[str, Any]) -> None:
        who, asset_id = await self._desk.looks(ask), value_of(action)
        try:
            found = await self._lineage.recipe(who.user_id, asset_id, who.workspaces)
        except NotFound:
            raise await self._kindly(ask, who, asset_id) from None
        link = await self._desk.app.links.leading_to(f"/api/v1/assets/{asset_id}/recipe", who.user_id)
        await self._desk.turn(ask, versions_view.recipe_page(ask, found, link))

    async def _tree(self, ask: Ask, who: Looks, asset_id: str) -> Tree:
        try:
            return await self._lineage.around(who.user_id, asset_id, who.workspaces)
        except NotFound:
            raise await self._kindly(ask, who, asset_id) from None

    async def _kindly(self, ask: Ask, who: Looks, asset_id: str) -> Exception:
        """Why somebody who sees a result does not see more of it; or that there is none."""
        try:
            await self._desk.seen(ask, who, asset_id)
        except NotFound as error:
            return error
        return Forbidden(NOT_SHOWN, "not_shown")
