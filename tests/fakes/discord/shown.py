"""Components as Discord gives them back: numbered, with defaults, and with links to the files they show."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.components import FILE, walk

if TYPE_CHECKING:
    from tests.fakes.discord.files import Attachment, Cdn

DEFAULTS: dict[int, dict[str, Any]] = {
    3: {"min_values": 1, "max_values": 1},
    5: {"min_values": 1, "max_values": 1},
    6: {"min_values": 1, "max_values": 1},
    7: {"min_values": 1, "max_values": 1},
    8: {"min_values": 1, "max_values": 1},
    11: {"description": None, "spoiler": False},
    13: {"name": None, "size": None, "spoiler": False},
    14: {"spacing": 1, "divider": True},
    17: {"accent_color": None, "spoiler": False},
}


def shown(components: list[dict[str, Any]], files: dict[str, "Attachment"], cdn: "Cdn") -> list[dict[str, Any]]:
    taken = {one.get("id") for _, one in walk(components)}
    numbers = (number for number in itertools.count(1) if number not in taken)
    return [_one(one, files, cdn, numbers) for one in components]


def _one(one: dict[str, Any], files: dict[str, "Attachment"], cdn: "Cdn", numbers: Iterator[int]) -> dict[str, Any]:
    given = {key: value for key, value in one.items() if value is not None}
    body = DEFAULTS.get(one["type"], {}) | given
    body["id"] = given.get("id") or next(numbers)
    if "components" in body:
        body["components"] = [_one(child, files, cdn, numbers) for child in body["components"]]
    for key in ("accessory", "component"):
        if key in body:
            body[key] = _one(body[key], files, cdn, numbers)
    if "items" in body:
        body["items"] = [_item(item, files, cdn) for item in body["items"]]
    for key in ("media", "file"):
        if key in body:
            body[key] = _media(body[key], files, cdn)
    if body["type"] == FILE and (file := files.get(one["file"]["url"].removeprefix("attachment://"))):
        body |= {"name": file.name, "size": len(file.data)}
    return body


def _item(item: dict[str, Any], files: dict[str, "Attachment"], cdn: "Cdn") -> dict[str, Any]:
    file = files.get(item["media"]["url"].removeprefix("attachment://"))
    description = item.get("description") or (file.description if file else None)
    media = _media(item["media"], files, cdn)
    return {"media": media, "description": description, "spoiler": bool(item.get("spoiler"))}


def _media(media: dict[str, Any], files: dict[str, "Attachment"], cdn: "Cdn") -> dict[str, Any]:
    file = files.get(media["url"].removeprefix("attachment://"))
    if file is None:
        return {
            "id": "0",
            "url": media["url"],
            "proxy_url": media["url"],
            "width": None,
            "height": None,
            "content_type": None,
        }
    url, (width, height) = cdn.url(file), file.size or (None, None)
    return {
        "id": file.id,
        "attachment_id": file.id,
        "url": url,
        "proxy_url": url,
        "width": width,
        "height": height,
        "content_type": file.media_type,
        "loading_state": 2,
        "flags": 0,
    }
