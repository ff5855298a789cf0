"""Copies that fit under a platform's limit, made by real encoders in a child process."""

from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest
from PIL import Image

from bot.chat.fitting import as_png, fitted
from core.native.pool import NativePool
from tests.fakes.media import jpeg, mp3, png, webp


@pytest.fixture
async def pool() -> AsyncIterator[NativePool]:
    built = NativePool(1)
    yield built
    await built.close()


def noise(path: Path, size: tuple[int, int]) -> Path:
    """A picture that hardly compresses."""
    Image.effect_noise(size, 90).convert("RGB").save(path, "PNG")
    return path


def noisy_film(path: Path) -> None:
    """Three seconds that hardly compress."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12, options={"preset": "ultrafast", "crf": "12"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for _ in range(36):
            frame = av.VideoFrame.from_image(Image.effect_noise((640, 480), 90).convert("RGB"))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


async def test_a_large_picture_becomes_a_smaller_one_that_still_looks_like_it(pool: NativePool, tmp_path: Path) -> None:
    source = noise(tmp_path / "noise.png", (1600, 1200))
    small = await fitted(pool, source, "image/png", 300_000, tmp_path)
    assert small
    assert small.suffix == ".jpg"
    assert small.stat().st_size <= 300_000
    with Image.open(small) as picture:
        assert abs(picture.width / picture.height - 4 / 3) < 0.01
        assert picture.width >= 512


async def test_a_long_film_and_a_long_sound_are_made_to_fit(pool: NativePool, tmp_path: Path) -> None:
    film, sound = tmp_path / "film.mp4", tmp_path / "sound.mp3"
    noisy_film(film)
    sound.write_bytes(mp3(60))
    for source, media_type, limit in ((film, "video/mp4", 400_000), (sound, "audio/mpeg", 200_000)):
        small = await fitted(pool, source, media_type, limit, tmp_path)
        assert small, media_type
        assert small.stat().st_size <= limit < source.stat().st_size
        before = await pool.run("core.native.pictures:probe", {"source": str(source)})
        after = await pool.run("core.native.pictures:probe", {"source": str(small)})
        assert after["media_type"] == media_type
        assert abs(after["duration_s"] - before["duration_s"]) < 0.3


async def test_what_cannot_fit_or_be_read_gives_no_copy(pool: NativePool, tmp_path: Path) -> None:
    source = noise(tmp_path / "noise.png", (600, 600))
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    assert await fitted(pool, source, "image/png", 500, tmp_path) is None
    assert await fitted(pool, broken, "image/png", 500_000, tmp_path) is None
    assert await as_png(pool, broken, tmp_path) is None


@pytest.mark.parametrize("data", [png(), jpeg(), webp()])
async def test_any_picture_becomes_a_png(pool: NativePool, tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "picture"
    source.write_bytes(data)
    made = await as_png(pool, source, tmp_path)
    assert made
    with Image.open(made) as picture:
        assert picture.format == "PNG"
