"""What can be shared, named in a button: an asset or a collection."""

from dataclasses import dataclass

ASSET, COLLECTION = "a", "c"


@dataclass(frozen=True, slots=True)
class Thing:
    """An asset or a collection; `str()` and `parse()` are each other's inverse."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Thing":
        """Read back from a button."""
        return cls(text[:1], text[1:])

    @property
    def asset_id(self) -> str | None:
        """Its id, if it is an asset."""
        return self.id if self.kind == ASSET else None

    @property
    def collection_id(self) -> str | None:
        """Its id, if it is a collection."""
        return self.id if self.kind == COLLECTION else None
