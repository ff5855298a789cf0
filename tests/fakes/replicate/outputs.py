"""Gives `output` its shape: models may return anything that JSON can hold."""

from typing import Any

from tests.fakes.replicate.outcome import Shape


def shaped(urls: list[str], shape: Shape) -> Any:
    match shape:
        case Shape.STR:
            return urls[0]
        case Shape.LIST:
            return urls
        case Shape.DICT:
            return {"file": urls[0], "files": urls, "seed": 7}
        case Shape.NULL:
            return None
        case Shape.EMPTY_LIST:
            return []
        case Shape.ODD:
            return [[42, None], {"nested": {"score": 0.5}}]
