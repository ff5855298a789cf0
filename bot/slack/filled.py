"""What stands in a form that a person sends: https://docs.slack.dev/reference/views/view-object#state"""

from collections.abc import Mapping
from typing import Any

from bot.slack.asks import Payload, files_of
from core.chat import FileRef


class Filled:
    """Reads a submitted view; in Easel's forms a block and its one element have the same name."""

    def __init__(self, view: Payload) -> None:
        values: Mapping[str, Mapping[str, Any]] = view.get("state", {}).get("values", {})
        self._values = {name.partition("~")[0]: each for name, each in values.items()}

    def text(self, name: str) -> str:
        """Words, or the digits of a number."""
        return str(self._of(name).get("value") or "")

    def number(self, name: str) -> float | None:
        """A number, where one was typed."""
        return float(self.text(name)) if self.text(name) else None

    def choice(self, name: str) -> str | None:
        """The value of the chosen entry of a menu."""
        chosen = self._of(name).get("selected_option")
        return str(chosen["value"]) if chosen else None

    def ticked(self, name: str) -> set[str]:
        """The values of ticked boxes, or of what was chosen from a menu that takes several."""
        return {str(each["value"]) for each in self._of(name).get("selected_options") or ()}

    def conversation(self, name: str) -> str:
        """A chosen channel."""
        return str(self._of(name).get("selected_conversation") or "")

    def conversations(self, name: str) -> tuple[str, ...]:
        """Chosen channels."""
        return tuple(self._of(name).get("selected_conversations") or ())

    def files(self, name: str) -> tuple[FileRef, ...]:
        """Uploaded files."""
        return files_of(self._of(name).get("files"))

    def _of(self, name: str) -> Mapping[str, Any]:
        return self._values.get(name, {}).get(name) or {}
