"""What the OpenAI provider stands on: splitting, voices, masks, and whether a text was said."""

from pathlib import Path

import pytest
from PIL import Image

from core.agent.catalogue import BUILT_IN, read_listing
from core.native.masks import cut_out
from core.providers.openai.splitting import split
from core.providers.openai.verbatim import difference, missing_numbers
from core.providers.openai.voices import choose_voice

TTS = "gpt-4o-mini-tts"


@pytest.mark.parametrize(
    "text", ["", "Word. " * 900, "x" * 9_000, "汉字。" * 3_000, "one two\n\n" * 800, "a, b; " * 900]
)
@pytest.mark.parametrize("limit", [50, 4_096])
def test_a_text_is_split_without_losing_a_letter(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert len(parts) <= 2 * len(text) / limit + 1


@pytest.mark.parametrize(
    ("wish", "voice"),
    [
        (None, "marin"),
        ("onyx", "onyx"),
        ("use Cedar please", "cedar"),
        ("female", "marin"),
        ("deep male", "onyx"),
        ("an old man", "onyx"),
        ("a soft woman", "shimmer"),
        ("british storyteller", "fable"),
    ],
)
def test_a_voice_is_found_by_name_or_by_what_it_is_like(wish: str | None, voice: str) -> None:
    model = next(model for model in read_listing(BUILT_IN).model if model.id == TTS)
    assert choose_voice(model, wish) == (voice, ())


@pytest.mark.parametrize(
    ("wanted", "said", "least", "most"),
    [
        ("It's 1,000 m away!", "it’s 1000 m away", 0, 0),
        ("汉字很美。", "汉字很美", 0, 0),
        ("汉字很美。", "汉字不美", 0.2, 0.3),
        ("one two three four", "one two four", 0.2, 0.3),
        ("one two", "", 1, 1),
        ("?!", "anything", 0, 0),
    ],
)
def test_how_much_of_a_text_was_said(wanted: str, said: str, least: float, most: float) -> None:
    assert least <= difference(wanted, said) <= most


def test_a_missing_figure_is_noticed() -> None:
    assert missing_numbers("at 18:30", "at 18:40")
    assert not missing_numbers("1,250 people at 18:30", "at 18:30, 1250 people")


def test_a_mask_is_transparent_where_the_change_may_happen(tmp_path: Path) -> None:
    mask = Image.new("L", (20, 10), "black")
    mask.paste(255, (10, 0, 20, 10))
    mask.save(tmp_path / "mask.png")
    Image.new("RGB", (40, 20)).save(tmp_path / "picture.png")
    cut_out(str(tmp_path / "mask.png"), str(tmp_path / "picture.png"), str(tmp_path / "out.png"))
    with Image.open(tmp_path / "out.png") as out:
        assert (out.size, out.getpixel((2, 2)), out.getpixel((38, 2))) == ((40, 20), (0, 0, 0, 255), (0, 0, 0, 0))
