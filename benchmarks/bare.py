"""What the same calls cost without Easel: a loop of asyncio and aiohttp that asks the same services for a picture,
writes it to a file, and promises nothing: no row, no money, no way back after a crash.

`python -m benchmarks.bare FOLDER CLIENTS SECONDS` with OPENAI_API_KEY and OPENAI_BASE_URL; it prints one line of JSON.
"""

import asyncio
import base64
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import aiohttp

from benchmarks.place import ROOT, environment
from core.agent.catalogue import Catalogue, Role, read_listing
from core.agent.planners.schemas import parameters
from core.agent.prompting import instructions
from core.agent.tools import TOOLS

WORDS = "image: a lighthouse at dusk"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bare:
    """What came of it."""

    per_s: float
    cpu_ms: float
    """Of one picture."""


async def bare(folder: Path, settings: Mapping[str, str], clients: int, seconds: int) -> Bare:
    """Let a process of its own do it."""
    command = (sys.executable, "-m", "benchmarks.bare", str(folder), str(clients), str(seconds))
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(folder, **settings), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return Bare(**json.loads(said))


class Loop:
    """One connection pool, and as many clients as asked for, each with one picture under way."""

    def __init__(self, http: aiohttp.ClientSession, url: str, folder: Path, until: float) -> None:
        self._http = http
        self._url = url
        self._folder = folder
        self._until = until
        catalogue = Catalogue(read_listing(), ("openai",))
        service, check = catalogue.service(Role.PLANNER), catalogue.service(Role.MODERATION)
        assert service
        assert check
        self._check = check.id
        self._question = {
            "model": service.id,
            "instructions": instructions(catalogue.models),
            "tools": [
                {"type": "function", "name": spec.name, "description": spec.description, "strict": True}
                | {"parameters": parameters(spec, True)}
                for spec in TOOLS.values()
            ],
            "store": False,
            "stream": True,
        }
        self.took_s: list[float] = []

    async def client(self) -> None:
        """Ask for the next as soon as the last is written."""
        while (begun := perf_counter()) < self._until:
            await self._picture(self._folder / f"{len(self.took_s)}-{begun}.png")
            self.took_s.append(perf_counter() - begun)

    async def _picture(self, file: Path) -> None:
        said: list[Json] = [{"role": "user", "content": WORDS}]
        call, _ = await asyncio.gather(self._planned(said), self._posted("/moderations", self._check_of(WORDS)))
        assert call
        arguments = json.loads(call["arguments"])
        wanted = {"model": "gpt-image-2.6-flare", "size": "1024x1024", "quality": "medium", "output_format": "png"}
        made = await self._posted("/images/generations", wanted | {"prompt": arguments["prompt"]})
        await asyncio.to_thread(_write, file, made["data"][0]["b64_json"])
        own = {name: call[name] for name in ("type", "call_id", "name", "arguments")}
        told = {"type": "function_call_output", "call_id": call["call_id"], "output": "{}"}
        await self._planned([*said, own, told])

    def _check_of(self, words: str) -> Json:
        return {"model": self._check, "input": words}

    async def _planned(self, said: list[Json]) -> Json | None:
        """The call that the planner makes, if it makes one."""
        call = None
        async with self._http.post(f"{self._url}/responses", json=self._question | {"input": said}) as response:
            response.raise_for_status()
            async for line in response.content:
                event = json.loads(line[6:]) if line.startswith(b"data: {") else {}
                if event.get("type") == "response.output_item.done" and event["item"]["type"] == "function_call":
                    call = event["item"]
        return call

    async def _posted(self, path: str, body: Json) -> Json:
        async with self._http.post(self._url + path, json=body) as response:
            response.raise_for_status()
            answer: Json = await response.json()
            return answer


async def _run(folder: Path, clients: int, seconds: int) -> Bare:
    headers = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers) as http:
        begun, cpu_s = perf_counter(), process_time()
        loop = Loop(http, os.environ["OPENAI_BASE_URL"], folder, begun + seconds)
        await asyncio.gather(*(loop.client() for _ in range(clients)))
        took_s, cpu_s = perf_counter() - begun, process_time() - cpu_s
    count = len(loop.took_s)
    return Bare(per_s=count / took_s, cpu_ms=cpu_s / count * 1_000)


def _write(file: Path, b64_json: str) -> None:
    file.write_bytes(base64.b64decode(b64_json))


if __name__ == "__main__":
    place, many, long = sys.argv[1:]
    print(json.dumps(asdict(asyncio.run(_run(Path(place), int(many), int(long))))))
