"""What concerns the person alone: taking everything along, being one person on two platforms, being forgotten."""

from collections.abc import Mapping
from typing import Any

from bot.chat import persons, receipts
from bot.slack.asks import Ask
from bot.slack.buttons import Do, actions, button, link, value_of
from bot.slack.desk import Desk
from bot.slack.kit import header, section, small, sure

ELSEWHERE = "/join in Discord, or the person’s page on the web; in another Slack, /easel join and the code"
CODE_MAX = 40
FORGET = (
    "This deletes everything you made with Easel, in every place where it was shown: requests, results, uploads and "
    "your settings. It cannot be undone."
)
FIRST_EXPORT = "You may want to take it along first: /easel export."
JOIN_SURE = sure("Join the two?", "They become one person for good.", "Join them")


class Persons:
    """Everything here is for one person's eyes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.verbs: Mapping[str, Do] = {"unite": self._joined, "forget": self._forgotten}

    async def join(self, ask: Ask, code: str) -> None:
        """Without a code, show one; with one, ask before two become one."""
        if code.strip():
            press = button("unite", code.strip()[:CODE_MAX], label="Join them", style="primary") | {
                "confirm": JOIN_SURE
            }
            await self._desk.whispers.say(ask, persons.SURE_TO_JOIN, [section(persons.SURE_TO_JOIN), actions(press)])
            return
        user_id = (await self._desk.asker(ask)).user_id
        said = persons.CODE.format(code=await self._desk.app.joining.code(user_id))
        how = persons.CODE_HOW.format(elsewhere=ELSEWHERE)
        await self._desk.whispers.say(ask, said, [header(said), section(how)])

    async def _joined(self, ask: Ask, action: Mapping[str, Any]) -> None:
        user_id = (await self._desk.asker(ask)).user_id
        joined = await self._desk.app.joining.join(user_id, value_of(action))
        await self._desk.whispers.say(ask, persons.joined(joined.platforms), replace=True)

    async def export(self, ask: Ask) -> None:
        """A link to everything that Easel has of a person, once, for ten minutes."""
        user_id = (await self._desk.asker(ask)).user_id
        url = await self._desk.app.links.leading_to(persons.EXPORT_PATH, user_id)
        how = persons.EXPORT_LINK if url else persons.NO_EXPORT_LINK
        blocks = [section(persons.EXPORT), small(how)]
        if url:
            blocks.append(actions(link("export", url)))
        await self._desk.whispers.say(ask, persons.EXPORT, blocks)

    async def forget(self, ask: Ask) -> None:
        """Ask before everything goes."""
        question = sure("Delete everything?", "There is no way back.", "Delete all")
        press = button("forget", ask.user, label="Delete everything of mine", style="danger") | {"confirm": question}
        blocks = [section(FORGET), small(FIRST_EXPORT), actions(press)]
        await self._desk.whispers.say(ask, FORGET, blocks)

    async def _forgotten(self, ask: Ask, _: Mapping[str, Any]) -> None:
        user_id = (await self._desk.asker(ask)).user_id
        first, *rest = receipts.lines(await self._desk.app.studio.forget(user_id))
        blocks = [section(first), *([small(*rest)] if rest else [])]
        await self._desk.whispers.say(ask, first, blocks, replace=True)
