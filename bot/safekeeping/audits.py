"""What `easel audit` says."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from bot.app import App
from core.safekeeping.audit import Audited


async def audited(app: App, *, deep: bool, repair: bool, as_json: bool) -> bool:
    """Audit once and print what was found. True where nothing is wrong any more."""
    found = await app.audit.look(deep=deep, repair=repair)
    if repair and found.sidecars:
        await app.sidecars.sweep()
    for line in _lines(found):
        print(line)
    for kind, named in found.examples.items():
        for each in named:
            print(f"  {kind}: {each}")
    if as_json:
        print(json.dumps(asdict(found) | {"clean": found.clean}))
    left = found.missing + found.wrong + found.orphans + found.thumbnails + found.sidecars - found.repaired
    return left == 0


def _lines(found: Audited) -> Iterator[str]:
    yield f"{found.objects:,} files, {found.named:,} named by rows, in {found.seconds:.1f} s."
    if found.clean:
        yield "Rows and files agree."
    if found.missing:
        yield f"{found.missing:,} assets have no file: put it back from a copy of the store, or delete the asset."
    if found.wrong:
        yield f"{found.wrong:,} assets have a file with another size or other bytes."
    if found.orphans:
        yield f"{found.orphans:,} files belong to nothing ({found.orphan_bytes / 1e6:,.1f} MB)."
    if found.thumbnails or found.sidecars:
        yield f"{found.thumbnails:,} thumbnails and {found.sidecars:,} recipes beside their files are missing."
    if found.repaired:
        yield f"{found.repaired:,} of these are mended."
