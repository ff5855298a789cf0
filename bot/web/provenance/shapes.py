"""Requests and answers about where things come from."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from bot.web.shapes import AssetOut, In, Links, Out, asset_out, same
from core.provenance.changes import Mark
from core.provenance.inspection import Finding, Report, Sighting
from core.provenance.lineage import Comparison, Standing
from core.provenance.trees import Tree
from core.providers.base import Kind


class ChangesQuery(In):
    """Which version is compared with."""

    before: str = Field(alias="from", max_length=32, description="The id of the version that it is compared with.")


class CompareQuery(In):
    """Which two versions are laid beside each other."""

    a: str = Field(max_length=32)
    b: str = Field(max_length=32)


class InspectIn(In):
    """A multipart form with exactly one file; its field may have any name. Nothing of it is kept."""

    file: bytes


class InputOut(Out):
    """Something that an asset was made from."""

    id: str
    version: str | None = Field(description="Null once it is deleted.")


class RecipeOut(Out):
    """How an asset was made."""

    format: str
    id: str
    version: str
    kind: Kind
    media_type: str
    width: int | None
    height: int | None
    duration_s: float | None
    sha256: str = Field(description="Of the file; of an upload, of the file that was brought.")
    asked: str = Field(description="The person's own words.")
    sent: str = Field(description="What was sent to the model, whole.")
    tool: str
    arguments: dict[str, Any]
    provider: str | None
    model: str | None
    seed: int | None
    parent: str | None
    inputs: list[InputOut]
    credit: str | None = Field(description="Whose shared asset it was made from.")
    cost_usd: float
    created_at: datetime
    easel: str = Field(description="The version of the Easel that tells.")


class NodeOut(Out):
    """One version of a tree."""

    asset: AssetOut
    parent: str | None
    children: list[str]
    depth: int
    stands: bool = Field(description="The next reply in its thread goes on from it.")
    outside: bool = Field(description="It was made somewhere else, or brought along.")


class TreeOut(Out):
    """Versions, each behind what it was made from."""

    nodes: list[NodeOut]
    thread: str | None
    title: str
    whole: bool = Field(description="False where there are more than 500 and some are left out.")


class StandingOut(Out):
    """Where a thread stands now."""

    thread: str
    asset: AssetOut
    message: str


class RunOut(Out):
    """Words that share their fate."""

    mark: Mark
    text: str


class FactOut(Out):
    """One thing that is not the same; empty where a version has none of it."""

    name: str
    before: str
    after: str


class ComparisonOut(Out):
    """What changed from one version to another."""

    before: AssetOut
    after: AssetOut
    prompt: list[RunOut]
    facts: list[FactOut]


class CredentialsOut(Out):
    """What a file's content credentials (C2PA) claim. They are read, not verified; none proves nothing."""

    state: Literal["found", "none", "unreadable"]
    generator: str
    signer: str
    message: str


class SightingOut(Out):
    """An asset that the file is, or looks like."""

    asset: AssetOut
    author: str = Field(description="What its owner is called; empty where that is oneself.")
    distance: int = Field(description="In how many of 64 bits the looks differ.")
    thread: str | None
    title: str


class ReportOut(Out):
    """All that can be said of a file."""

    finding: Finding
    message: str
    sha256: str
    bytes: int
    sightings: list[SightingOut] = Field(description="The very file alone, or what looks like it, the nearest first.")
    credentials: CredentialsOut


# --- views to answers --------------------------------------------------------------------------------------------


def tree_out(tree: Tree, links: Links) -> TreeOut:
    """A tree as its JSON."""
    nodes = [NodeOut(**same(node, NodeOut) | {"asset": asset_out(node.asset, links)}) for node in tree.nodes]
    return TreeOut(**same(tree, TreeOut) | {"nodes": nodes})


def standing_out(standing: Standing, links: Links) -> StandingOut:
    """Where a thread stands, as JSON."""
    return StandingOut(thread=standing.thread, asset=asset_out(standing.asset, links), message=standing.sentence)


def comparison_out(found: Comparison, links: Links) -> ComparisonOut:
    """A comparison as its JSON."""
    return ComparisonOut(
        before=asset_out(found.before, links),
        after=asset_out(found.after, links),
        prompt=[RunOut(**same(run, RunOut)) for run in found.change.prompt],
        facts=[FactOut(**same(fact, FactOut)) for fact in found.change.facts],
    )


def report_out(report: Report, links: Links) -> ReportOut:
    """A report as its JSON."""
    read = report.credentials
    return ReportOut(
        finding=report.finding,
        message=report.sentence,
        sha256=report.sha256,
        bytes=report.size_bytes,
        sightings=[_sighting_out(each, links) for each in report.sightings],
        credentials=CredentialsOut(**same(read, CredentialsOut), message=read.sentence),
    )


def _sighting_out(seen: Sighting, links: Links) -> SightingOut:
    own = {"asset": asset_out(seen.asset, links), "author": seen.asset.author}
    return SightingOut(**same(seen, SightingOut) | own)
