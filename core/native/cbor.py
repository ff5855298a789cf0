"""As much of CBOR (RFC 8949) as the claims and signatures of content credentials need: reading, under a cap."""

from typing import Any

DEPTH_MAX = 32
ITEMS_MAX = 10_000
_BREAK = object()
_SIMPLE = {20: False, 21: True, 22: None, 23: None}


def loads(data: bytes) -> Any:
    """The first item. Tags are dropped, and numbers with a point read as None.

    Raises:
        ValueError: this is not CBOR, or more of it than anyone needs.
    """
    return _Reader(data).item(0)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._left = ITEMS_MAX

    def item(self, depth: int) -> Any:
        self._left -= 1
        if depth > DEPTH_MAX or self._left < 0:
            raise ValueError("too deep, or too many items")
        major, info = divmod(self._take(1)[0], 32)
        if major == 7:
            return self._simple(info)
        count = self._count(info)
        if major in (0, 1):
            number = self._counted(count)
            return -1 - number if major else number
        readers = {2: self._bytes, 3: self._text, 4: self._items, 5: self._map}
        return readers[major](count, depth) if major in readers else self.item(depth + 1)

    def _simple(self, info: int) -> Any:
        if info == 31:
            return _BREAK
        if 24 <= info <= 27:
            self._take(1 << info - 24)
        return _SIMPLE.get(info)

    def _count(self, info: int) -> int | None:
        """None: until a break comes."""
        if info < 24:
            return info
        if info == 31:
            return None
        if info > 27:
            raise ValueError("a reserved length")
        return int.from_bytes(self._take(1 << info - 24), "big")

    def _bytes(self, count: int | None, depth: int) -> bytes:
        parts = [self._take(count)] if count is not None else self._items(None, depth)
        if not all(isinstance(part, bytes) for part in parts):
            raise ValueError("bytes of something else")
        return b"".join(parts)

    def _text(self, count: int | None, depth: int) -> str:
        parts = [self._take(count).decode("utf-8", "replace")] if count is not None else self._items(None, depth)
        if not all(isinstance(part, str) for part in parts):
            raise ValueError("text of something else")
        return "".join(parts)

    def _items(self, count: int | None, depth: int) -> list[Any]:
        found: list[Any] = []
        while count is None or len(found) < count:
            one = self.item(depth + 1)
            if one is _BREAK:
                if count is None:
                    return found
                raise ValueError("a break where none may be")
            found.append(one)
        return found

    def _map(self, count: int | None, depth: int) -> dict[Any, Any]:
        flat = self._items(None if count is None else 2 * count, depth)
        keys, values = flat[::2], flat[1::2]
        return {key: value for key, value in zip(keys, values, strict=True) if isinstance(key, str | int | bytes)}

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise ValueError("cut off")
        self._at += count
        return self._data[self._at - count : self._at]

    @staticmethod
    def _counted(count: int | None) -> int:
        if count is None:
            raise ValueError("a number without an end")
        return count
