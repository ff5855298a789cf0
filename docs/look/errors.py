"""Why a picture is refused: it must never silently leave something out."""


class NotDrawn(ValueError):
    """A component, field, style or emoji that this package does not draw."""


class NoFile(NotDrawn):
    """A picture's address for which the caller gave no file."""

    def __init__(self, url: str) -> None:
        super().__init__(f"no file was given for {url}")
