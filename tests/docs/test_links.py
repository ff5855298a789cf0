"""The guides lead where they say: files, headings, pictures and addresses exist, and each guide is reached."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.web.api import ROUTES

ROOT = Path(__file__).parents[2]
GUIDES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
PICTURES = ROOT / "docs" / "images"
LARGEST = 400_000

_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_NO_LETTER = re.compile(r"[^\w\- ]")
_ADDRESS = re.compile(r"/api/v1/[\w/${}*-]+")
_PLACE = re.compile(r"\{\w+\}|\$\w+|\*")
KNOWN = {_PLACE.sub("{}", route.path) for route in ROUTES if route.path.startswith("/api/v1/")}
BY_THEIR_END = ("cancel", "confirm", "favourites", "delete", "thumbnail", "preview")
"""What the guide of REST names by the end of its address alone."""


def links(guide: Path) -> Iterator[str]:
    """What a guide links to, but for other sites and what only looks like a link in an example."""
    prose = _CODE.sub("", _FENCE.sub("", guide.read_text("utf-8")))
    return (found for found in _LINK.findall(prose) if not found.startswith(("https://", "mailto:")))


def anchors(guide: Path) -> set[str]:
    """The anchors of its headings, by GitHub's rule: lower case, no punctuation, hyphens for spaces."""
    headings = _HEADING.findall(_FENCE.sub("", guide.read_text("utf-8")))
    return {_NO_LETTER.sub("", each.lower()).replace(" ", "-") for each in headings}


def name(guide: Path) -> str:
    return str(guide.relative_to(ROOT))


def broken(guide: Path, link: str) -> bool:
    """It leads out of the repository, to no file, or to a heading that is not there."""
    path, _, anchor = unquote(link).partition("#")
    target = (guide.parent / path).resolve() if path else guide
    if not target.is_relative_to(ROOT) or not target.exists():
        return True
    return bool(anchor) and (target.suffix != ".md" or anchor not in anchors(target))


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_every_link_of_a_guide_leads_to_a_file_and_a_heading_that_are_there(guide: Path) -> None:
    assert [link for link in links(guide) if broken(guide, link)] == []


def test_a_link_to_a_missing_file_or_heading_is_told() -> None:
    readme = ROOT / "README.md"
    wrong = ("docs/nothing.md", "docs/gallery.md#nothing", "docs/images/nothing.png", "../outside.md", "LICENSE#mit")
    assert [link for link in wrong if not broken(readme, link)] == []
    assert not broken(readme, "docs/gallery.md#finding")


def test_every_guide_is_reached_from_the_readme() -> None:
    reached = {(ROOT / link.partition("#")[0]).resolve() for link in links(ROOT / "README.md")}
    assert [name(guide) for guide in GUIDES if guide not in reached and guide.name != "README.md"] == []


def test_every_picture_is_shown_somewhere_and_small_enough_to_load() -> None:
    shown = {(guide.parent / link).resolve() for guide in GUIDES for link in links(guide)}
    files = sorted(PICTURES.glob("*"))
    assert [file.name for file in files if file.resolve() not in shown] == []
    assert [file.name for file in files if file.stat().st_size > LARGEST] == []


def addresses(text: str) -> set[str]:
    """The addresses of REST that a text names; an id is `{}`, however it is written."""
    return {_PLACE.sub("{}", found).rstrip("/") for found in _ADDRESS.findall(text)}


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_every_address_of_rest_that_a_guide_names_is_answered(guide: Path) -> None:
    assert sorted(addresses(guide.read_text("utf-8")) - KNOWN) == []


def test_every_address_of_rest_stands_in_its_guide() -> None:
    told = (ROOT / "docs" / "rest.md").read_text("utf-8")
    left_out = {each for each in KNOWN - addresses(told) if each.rsplit("/", 1)[-1] not in BY_THEIR_END}
    assert sorted(left_out) == []
