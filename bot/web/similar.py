"""More like this, over REST."""

from aiohttp import web
from pydantic import Field

from bot.web.address import links_of
from bot.web.body import answer, path_id, read_query
from bot.web.context import WEB
from bot.web.looking import viewer
from bot.web.shapes import AssetOut, In, Links, Out, asset_out
from core.gallery.likeness import LIMIT_MAX, Like


class SimilarQuery(In):
    """Which likes are wanted."""

    limit: int = Field(default=20, ge=1, description=f"At most {LIMIT_MAX}; more is as many.")
    others: bool = Field(default=False, description="Also among what others show in one's workspaces.")


class SimilarAsset(AssetOut):
    """An asset that is like another, and how much: each from 0 to 1."""

    look: float = Field(description="How much it looks alike.")
    words: float = Field(description="Which part of the telling words of the prompt it shares.")


class SimilarList(Out):
    """Assets like one, the likest first."""

    assets: list[SimilarAsset]


async def similar(request: web.Request) -> web.Response:
    """`GET /api/v1/assets/{id}/similar`."""
    asset_id, asked = path_id(request), read_query(request, SimilarQuery)
    who, links = await viewer(request), links_of(request)
    found = await request.app[WEB].likeness.like(
        who.user_id, asset_id, limit=asked.limit, workspaces=who.workspaces, others=asked.others
    )
    return answer(SimilarList(assets=[_out(each, links) for each in found]))


def _out(like: Like, links: Links) -> SimilarAsset:
    return SimilarAsset(**asset_out(like.asset, links).model_dump(), look=like.look, words=like.words)
