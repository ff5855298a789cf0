"""One line of the table that the router and `/openapi.json` are both made of."""

from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An address: who answers it, and what goes in and out."""

    method: str
    path: str
    name: str
    summary: str
    handler: Handler | None
    """None: a page that is wired elsewhere and only described here."""
    answer: type[BaseModel] | str | None
    """A model for JSON, a media type for anything else, None for no body."""
    status: int = 200
    body: type[BaseModel] | None = None
    body_type: str = JSON
    query: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()
    """Request headers that matter here."""
    also: tuple[int, ...] = ()
    """Further statuses that are no error."""
    errors: tuple[int, ...] = ()
    """Errors beyond those that follow from the rest."""
    is_open: bool = False
    """Answered without a token or cookie."""
    is_stream: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names in braces."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every error that a caller must be ready for."""
        found = set(self.errors)
        found |= set() if self.is_open else {401, 403}
        found |= {404} if self.names else set()
        found |= {400, 413, 415} if self.body else set()
        found |= {400} if self.query else set()
        found |= {503} if self.method != "GET" else set()
        return tuple(sorted(found))

    def definition(self) -> web.RouteDef | None:
        """The route as the router takes it."""
        if self.handler is None:
            return None
        if self.method == "GET":
            return web.get(self.path, self.handler, allow_head=not self.is_stream)
        return web.route(self.method, self.path, self.handler)
