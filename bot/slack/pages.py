"""The pages that lead from one to the other in a modal, and what each of their buttons does."""

from bot.slack.buttons import Do
from bot.slack.collecting import Collecting
from bot.slack.desk import Desk
from bot.slack.details import Details
from bot.slack.inspecting import Inspecting
from bot.slack.persons import Persons
from bot.slack.sharing import Sharing
from bot.slack.versions import Versions
from bot.slack.walls import Walls


class Pages:
    """One of each."""

    def __init__(self, desk: Desk) -> None:
        self.details = Details(desk)
        self.collecting = Collecting(desk, self.details)
        self.walls = Walls(desk)
        self.inspecting = Inspecting(desk)
        self.persons = Persons(desk)
        rooms = (Versions(desk), Sharing(desk), self.collecting, self.walls, self.persons)
        self.verbs: dict[str, Do] = {verb: do for room in rooms for verb, do in room.verbs.items()}
