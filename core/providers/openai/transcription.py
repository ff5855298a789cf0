"""What is said in a sound file, as text."""

from pathlib import Path

from core.agent.catalogue import Catalogue, Role
from core.errors import Busy, Unsupported
from core.providers.openai.answers import NotMade, answering
from core.providers.openai.client import Connection


class Transcription:
    """Listens, by the catalogue's transcription service."""

    def __init__(self, connection: Connection, catalogue: Catalogue) -> None:
        self._connection = connection
        self._catalogue = catalogue

    async def transcribe(self, path: Path) -> str:
        """The words of one file. A paid call, made once.

        Raises:
            Unsupported: no configured service can listen.
            Busy: it could not be heard now.
        """
        service = self._catalogue.service(Role.TRANSCRIPTION)
        if service is None:
            raise Unsupported("No configured service can listen to recordings.", "no_model")
        try:
            with answering():
                answer = await self._connection.sdk.audio.transcriptions.create(model=service.id, file=path)
                return _text(answer)
        except NotMade as error:
            raise Busy("This recording could not be heard just now. Please try again.", "not_heard") from error


def _text(answer: object) -> str:
    text = getattr(answer, "text", None)
    if not isinstance(text, str):
        raise ValueError("a transcription without text")
    return text.strip()
