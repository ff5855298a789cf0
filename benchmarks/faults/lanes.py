"""The four services side by side, each meeting its faults one after the other: no other model may stand in."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.faults import openai, replicate, runway
from benchmarks.faults.case import Case, Row, judged
from benchmarks.faults.house import House
from benchmarks.faults.world import World
from tests.fakes.openai import Route


@dataclass(frozen=True, slots=True)
class Lane:
    """One service, and how it alone is asked."""

    service: str
    prompt: str
    model: str
    paid_at: str
    cases: Iterable[Case]

    async def run(self, house: House, away: World) -> list[Row]:
        """Meet every fault."""
        return [await self._meet(case, house, away) for case in self.cases]

    async def _meet(self, case: Case, house: House, away: World) -> Row:
        case.arrange(away)
        before = away.paid(self.paid_at)
        end = await house.made(self.prompt, model=self.model)
        return judged(case, self.service, away.paid(self.paid_at) - before, end)


def lanes() -> tuple[Lane, ...]:
    """Pictures and speech of OpenAI, pictures of Replicate, films of Runway."""
    image, talk, film = "image: a lighthouse", "say: the light still turns", "video: a lighthouse"
    images, speech = Route.IMAGES_GENERATE, Route.SPEECH
    return (
        Lane("OpenAI images", image, "gpt-image-2.6-flare", images.value, openai.cases(images)),
        Lane("OpenAI speech", talk, "gpt-4o-mini-tts", speech.value, openai.cases(speech)),
        Lane("Replicate", image, "flux-2-pro", "replicate", replicate.cases()),
        Lane("Runway", film, "gen4.5", "runway", runway.cases()),
    )


async def all_lanes(house: House, away: World) -> list[Row]:
    """The whole table of the services."""
    rows = await asyncio.gather(*(lane.run(house, away) for lane in lanes()))
    return [row for lane in rows for row in lane]
