"""The table of what programs may ask about where things come from."""

from bot.web.provenance import inspecting, lineage
from bot.web.provenance.shapes import (
    ChangesQuery,
    ComparisonOut,
    InspectIn,
    RecipeOut,
    ReportOut,
    StandingOut,
    TreeOut,
)
from bot.web.route import Route

PROVENANCE = (
    Route(
        method="GET",
        path="/api/v1/assets/{id}/recipe",
        name="recipe",
        summary="How an asset was made: words, tool, model, seed, and what it was made from.",
        handler=lineage.recipe,
        answer=RecipeOut,
    ),
    Route(
        method="GET",
        path="/api/v1/assets/{id}/lineage",
        name="lineage",
        summary="What an asset was made from, up to the first, and all that came of it.",
        handler=lineage.family,
        answer=TreeOut,
    ),
    Route(
        method="GET",
        path="/api/v1/assets/{id}/changes",
        name="changes",
        summary="What changed from another version to this one.",
        handler=lineage.changes,
        query=ChangesQuery,
        answer=ComparisonOut,
    ),
    Route(
        method="POST",
        path="/api/v1/assets/{id}/go-on",
        name="go_on",
        summary="Let the next reply in an asset's thread go on from it.",
        handler=lineage.go_on,
        answer=StandingOut,
        errors=(409,),
    ),
    Route(
        method="GET",
        path="/api/v1/threads/{thread}/tree",
        name="tree",
        summary="All versions of a thread, and which one the next reply goes on from.",
        handler=lineage.tree,
        answer=TreeOut,
    ),
    Route(
        method="POST",
        path="/api/v1/threads/{thread}/undo",
        name="undo",
        summary="Go back by one version: nothing is deleted, and the next reply goes on from there.",
        handler=lineage.undo,
        answer=StandingOut,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/api/v1/inspect",
        name="inspect",
        summary="Tell whether a file was made here, what it looks like, and what its content credentials claim.",
        handler=inspecting.inspect,
        body=InspectIn,
        body_type="multipart/form-data",
        answer=ReportOut,
    ),
)
