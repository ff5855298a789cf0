"""What is checked before anything is made, and what becomes of a finished picture that is flagged."""

import asyncio
from contextlib import nullcontext, suppress
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from core.errors import Busy, Invalid
from core.trust.disk import working_folder
from storage import gallery
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Creation


class Policy(StrEnum):
    """What becomes of a flagged result. It is stored in every case: nothing that was paid for is lost."""

    OFF = "off"
    SPOILER = "spoiler"
    WITHHOLD = "withhold"


STRICTNESS = (Policy.OFF, Policy.SPOILER, Policy.WITHHOLD)


class Verdict(Protocol):
    """A check's answer; `sentence` tells a person why not."""

    @property
    def ok(self) -> bool:
        """Nothing was flagged."""
        ...

    @property
    def sentence(self) -> str:
        """Why it was flagged, in plain words."""
        ...


class Safety(Protocol):
    """Somebody who can tell what should not be made or shown."""

    async def check_words(self, text: str) -> Verdict:
        """Judge a wish."""
        ...

    async def check_picture(self, path: Path) -> Verdict:
        """Judge a picture file."""
        ...


class Checks:
    """The checks of one installation: wishes and uploads always, results where a policy asks."""

    def __init__(
        self, database: Database, objects: ObjectStore, safety: Safety | None, policy: Policy = Policy.OFF
    ) -> None:
        self._database = database
        self._objects = objects
        self._safety = safety
        self._policy = policy

    async def wish(self, creation: Creation) -> None:
        """Judge the words and the uploaded pictures of a wish, before anything is made.

        Raises:
            Invalid: with the sentence why not.
        """
        if self._safety is None:
            return
        async with working_folder() if creation.inputs else nullcontext(Path()) as folder:
            uploads = await self._uploads(creation, folder) if creation.inputs else []
            words = [self._safety.check_words(creation.prompt)] if creation.prompt else []
            verdicts = await asyncio.gather(*words, *(self._safety.check_picture(path) for path in uploads))
        for verdict in verdicts:
            if not verdict.ok:
                raise Invalid(verdict.sentence, "refused")

    def looks_at(self, creation: Creation, media_type: str) -> bool:
        """Whether anybody judges such a finished file of this creation."""
        return self._safety is not None and self._for(creation) != Policy.OFF and media_type.startswith("image/")

    async def picture(self, creation: Creation, path: Path, media_type: str) -> str:
        """How a finished file may be shown: "" freely, else `spoiler` or `withheld`."""
        if self._safety is None or not self.looks_at(creation, media_type):
            return ""
        with suppress(Busy):  # it was paid for: what cannot be judged now is kept, and treated as flagged
            if (await self._safety.check_picture(path)).ok:
                return ""
        return "withheld" if self._for(creation) == Policy.WITHHOLD else "spoiler"

    def _for(self, creation: Creation) -> Policy:
        """The stricter of the operator's policy and the workspace's."""
        wished = creation.options.get("rules", {}).get("outputs")
        return max(self._policy, Policy(wished), key=STRICTNESS.index) if wished else self._policy

    async def _uploads(self, creation: Creation, folder: Path) -> list[Path]:
        """What came from outside with this wish; what Easel made itself was judged by its words."""
        found = await self._database.read(
            lambda session: [gallery.asset(session, creation.user_id, each) for each in creation.inputs]
        )
        pictures = [each for each in found if each and each.kind == "upload" and each.media_type.startswith("image/")]
        return [await self._objects.fetch(each.object_key, folder) for each in pictures]
