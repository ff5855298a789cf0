"""A picture is known by its look after all that happens to pictures, and never for another."""

import io
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageOps

from core.native.looks import look_of
from core.native.pool import NativePool
from storage.looks import SURELY, distance

WISHES = ("a lighthouse at dusk", "a red bicycle", "a fox in the snow", "a castle", "a city at night", "three birds")


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    from core.providers.offline.images import draw

    folder = tmp_path_factory.mktemp("drawings")
    for number, words in enumerate(WISHES):
        draw(str(folder / f"{number}.png"), words, number)
    return [Image.open(folder / f"{number}.png").convert("RGB") for number in range(len(WISHES))]


def saved(picture: Image.Image, form: str, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, form, quality=quality)
    return Image.open(buffer)


def cropped(picture: Image.Image) -> Image.Image:
    edge = picture.width // 60
    return picture.crop((edge, edge, picture.width - edge, picture.height - edge))


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: saved(picture, "JPEG", 30),
        lambda picture: saved(picture, "WEBP", 50),
        lambda picture: picture.resize((picture.width // 3, picture.height // 3)),
        lambda picture: saved(picture.resize((160, 160 * picture.height // picture.width)), "JPEG", 60),
        lambda picture: picture.convert("L"),
        lambda picture: picture.quantize(64),
        lambda picture: ImageEnhance.Brightness(picture).enhance(1.1),
        lambda picture: picture.convert("RGBA"),
        cropped,
    ],
    ids=["jpeg", "webp", "a third", "tiny", "grey", "64 colours", "brighter", "with alpha", "cropped"],
)
def test_a_copy_looks_like_its_picture(
    drawings: list[Image.Image], change: Callable[[Image.Image], Image.Image]
) -> None:
    for picture in drawings:
        one, other = look_of(picture), look_of(change(picture))
        assert one is not None
        assert other is not None
        assert distance(one, other) <= SURELY


def test_other_pictures_look_otherwise(drawings: list[Image.Image]) -> None:
    looks = [look_of(picture) or 0 for picture in (*drawings, *(ImageOps.mirror(each) for each in drawings))]
    assert min(distance(one, other) for one, other in itertools.combinations(looks, 2)) > 12


def test_what_has_nothing_in_it_looks_like_nothing() -> None:
    even = Image.new("RGB", (300, 200), (200, 30, 30))
    clear = Image.new("RGBA", (300, 200))
    slope = Image.linear_gradient("L").resize((300, 200))
    for picture in (
        slope,
        saved(slope, "WEBP", 80),
        even,
        saved(even, "JPEG", 40),
        clear,
        Image.effect_noise((300, 200), 20),
        even.resize((1, 1)),
    ):
        assert look_of(picture) is None


@pytest.fixture
async def pool() -> AsyncIterator[NativePool]:
    built = NativePool(1)
    yield built
    await built.close()


async def test_the_thumbnail_and_its_source_have_the_same_look(
    pool: NativePool, tmp_path: Path, drawings: list[Image.Image]
) -> None:
    source, target = tmp_path / "a.png", tmp_path / "a.webp"
    drawings[0].save(source)
    made = await pool.run("core.native.pictures:thumbnail", {"source": source, "target": target})
    assert distance(made["look"], await pool.run("core.native.pictures:look", {"source": target})) <= 2
    examined = await pool.run("core.native.evidence:examine", {"source": source})
    assert examined["look"] == made["look"]
