"""What an inspected file is, in sentences: first what Easel knows, then what the file itself claims."""

from dataclasses import dataclass

from core.creation.titles import shortened
from core.creation.view import AssetView
from core.provenance.inspection import BITS, Report, Sighting

WORDS_MAX = 90


@dataclass(frozen=True, slots=True)
class Told:
    """A report for a reader."""

    headline: str
    lines: tuple[str, ...]
    """What it is, or looks like: one line for each sighting."""
    credentials: str
    fingerprint: str


def told(report: Report) -> Told:
    """A report as text."""
    lines = tuple(map(sighting, report.sightings))
    size = f"{max(report.size_bytes / 1_000_000, 0.01):.2f} MB"
    return Told(report.sentence, lines, report.credentials.sentence, f"SHA-256 {report.sha256} · {size}")


def sighting(seen: Sighting) -> str:
    """One asset that the file is, or looks like: `v2 · by Bob · a lighthouse at dusk · FLUX 1.1 · 97 % alike`."""
    asset = seen.asset
    alike = f"{1 - seen.distance / BITS:.0%} alike" if seen.distance else ""
    words = shortened(asset.asked or asset.prompt or seen.title, WORDS_MAX)
    by = "" if asset.mine else f"by {asset.author}"
    return " · ".join(part for part in (asset.version or "upload", by, words, asset.model or "", alike) if part)


def pictured(report: Report) -> list[AssetView]:
    """The assets whose small pictures may stand above the words: what the reader may see."""
    return [seen.asset for seen in report.sightings]
