"""The desks that tell where things come from: what a file is, and what came of what."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.chat import Adapter
from core.creation.spool import Spool
from core.native.pool import NativePool
from core.provenance.inspection import Inspection
from core.provenance.lineage import Lineage
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Provenance:
    """One per process; neither holds anything."""

    inspection: Inspection
    lineage: Lineage


def provenance(database: Database, pool: NativePool, spool: Spool, adapters: Mapping[str, Adapter]) -> Provenance:
    """Both of them."""
    return Provenance(Inspection(database, pool, spool, adapters), Lineage(database))
