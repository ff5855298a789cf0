"""An asset's recipe: all that one needs to know to understand it, and as far as its provider allows, to repeat it."""

from functools import cache
from importlib.metadata import version
from typing import Any

from storage.recipes import Ingredients, sources_of
from storage.tables import version_of

FORMAT = "easel-recipe/1"


def recipe(rows: Ingredients) -> dict[str, Any]:
    """Rows to the recipe's JSON."""
    asset, step = rows.asset, rows.step
    return {
        "format": FORMAT,
        "id": asset.id,
        "version": version_of(asset),
        "kind": asset.kind,
        "media_type": asset.media_type,
        "width": asset.width,
        "height": asset.height,
        "duration_s": asset.duration_s,
        "sha256": asset.sha256,
        "asked": asset.asked,
        "sent": asset.prompt,
        "tool": asset.tool,
        "arguments": dict(step.arguments) if step else {},
        "provider": asset.provider,
        "model": asset.model,
        "seed": asset.seed,
        "parent": asset.parent_id,
        "inputs": [{"id": each, "version": rows.versions.get(each)} for each in sources_of(asset)],
        "credit": rows.credit or None,
        "cost_usd": asset.cost_micros / 1_000_000,
        "created_at": asset.created_at.isoformat(),
        "easel": easel_version(),
    }


def sidecar(rows: Ingredients) -> dict[str, Any]:
    """The recipe as it lies beside the object: without the name of another, who could not be taken out of it again."""
    return {name: value for name, value in recipe(rows).items() if name != "credit"}


@cache
def easel_version() -> str:
    """The version of the Easel that writes the recipe."""
    return version("easel")
