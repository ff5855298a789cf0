"""A Slack workspace full of people, as a process of its own: `python -m benchmarks.team`.

It is told `deliver URL` (signed requests go there), `running N` (N people ask for a film that takes long) and
`load RATE SECONDS` (so many commands a second by the clock, of every kind), and answers each when it is done.
"""

import asyncio
import random
from collections.abc import Mapping
from time import perf_counter

from benchmarks.answers import Answers, until_due
from benchmarks.neighbour import serve
from benchmarks.place import leave_the_house_its_processors
from bot.slack.manifest import scopes
from tests.fakes.slack import Person, Seen, SlackServer

PEOPLE = 200
CHANNELS = 20
MIX: Mapping[tuple[str, str], int] = {
    ("/create", "image: a boat"): 10,
    ("/easel", "usage"): 70,
    ("/easel", "help"): 70,
    ("/gallery", ""): 50,
}
"""Of 200 commands: what they are. Each tenth of a second somebody asks for something; the others look."""
KINDS = [kind for kind, weight in MIX.items() for _ in range(weight)]


class Team:
    """The workspace, its people, and what they do."""

    def __init__(self, server: SlackServer) -> None:
        self._server = server
        server.echo = False  # everybody's own words are nobody's news here
        self._workspace = server.workspace("T1", scopes=scopes())
        self._channels = [self._workspace.channel(f"studio-{i}") for i in range(CHANNELS)]
        self._people = [self._workspace.person(f"person-{i}") for i in range(PEOPLE)]
        self._answers = Answers()
        self._random = random.Random(7)

    @property
    def settings(self) -> dict[str, object]:
        """How this workspace is reached, as a house wants it in its environment."""
        return {
            "SLACK_BOT_TOKEN": self._workspace.bot_token,
            "SLACK_SIGNING_SECRET": self._workspace.signing_secret,
            "SLACK_API_BASE_URL": self._server.api_url,
        }

    async def told(self, line: str) -> dict[str, object]:
        """Do what a line says."""
        word, *rest = line.split()
        if word == "deliver":
            await self._server.deliver_to(rest[0])
            return {}
        return await {"running": self._run, "load": self._load, "counts": self._counts}[word](*map(int, rest))

    async def _run(self, count: int) -> dict[str, object]:
        await asyncio.gather(*(self._command(person, "/create", "video: a boat") for person in self._people[-count:]))
        return {"asked": count}

    async def _load(self, rate: int, seconds: int) -> dict[str, object]:
        return await self._answers.by_the_clock(rate, seconds, self._act)

    async def _counts(self) -> dict[str, object]:
        return {
            "too_many": self._server.too_many,
            "requests": len(self._server.requests),
            "refused": [str(each) for each in self._server.refused_answers[:3]],
            "pings": len(self._server.pings),
        }

    async def _act(self, due: float) -> None:
        """One command when it is due; a late start counts."""
        await until_due(due)
        command, text = self._random.choice(KINDS)
        begun = perf_counter()
        seen = await self._command(self._random.choice(self._people[:100]), command, text)
        kind = f"{command} {text.partition(':')[0]}".strip()
        self._answers.note(kind, None if seen.ack_s is None or seen.trouble else seen.ack_s + begun - due)

    async def _command(self, person: Person, name: str, text: str) -> Seen:
        return await person.command(self._random.choice(self._channels), name, text)


async def main() -> None:
    """Serve until the input ends."""
    async with SlackServer() as server:
        team = Team(server)
        await serve(team.settings, team.told)


if __name__ == "__main__":
    leave_the_house_its_processors()
    asyncio.run(main())
