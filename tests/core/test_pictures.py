"""Thumbnails, posters, measuring, and a corpus of hostile uploads, all through real children."""

import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw, ImageOps

from core.errors import Invalid, TooLarge, Unsupported, UserError
from core.native.pool import NativePool

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[NativePool]:
    made = NativePool(2)
    yield made
    await made.close()


pytestmark = pytest.mark.asyncio(loop_scope="module")


def half_and_half(size: tuple[int, int] = (400, 200), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, "red")
    ImageDraw.Draw(picture).rectangle((size[0] // 2, 0, *size), fill="blue")
    return picture.convert(mode)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, packed: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def a_bomb(side: int) -> bytes:
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * side)
    return png_of(side, side, b"".join(packer.compress(row) for _ in range(side)) + packer.flush())


def a_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("run.sh", "echo surprise")
    return buffer.getvalue()


def jpeg_with_gps() -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, "SecretCam"
    exif.get_ifd(GPS)[2] = (48.0, 51.0, 29.0)
    return encoded(half_and_half(), "JPEG", exif=exif, comment=b"a secret comment")


def gif_of_three() -> bytes:
    frames = [Image.new("RGB", (40, 30), tone) for tone in ("red", "green", "blue")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(400)
PNG = encoded(half_and_half(), "PNG")

REFUSED: dict[str, tuple[Callable[[], bytes], type[UserError], str]] = {
    "svg": (lambda: SVG, Unsupported, "none of them"),
    "html": (lambda: b"<!doctype html><script>alert(1)</script>", Unsupported, "none of them"),
    "text": (lambda: b"just some text, nothing more\n" * 20, Unsupported, "none of them"),
    "zip": (a_zip, Unsupported, "none of them"),
    "mp4 named png": (lambda: MP4, Unsupported, "none of them"),
    "tiff": (lambda: encoded(half_and_half(), "TIFF"), Unsupported, "none of them"),
    "bmp": (lambda: encoded(half_and_half(), "BMP"), Unsupported, "none of them"),
    "pdf": (lambda: encoded(half_and_half(), "PDF"), Unsupported, "none of them"),
    "ico": (lambda: encoded(half_and_half((64, 64)), "ICO"), Unsupported, "none of them"),
    "eps": (lambda: encoded(half_and_half(), "EPS"), Unsupported, "none of them"),
    "zip behind a png": (lambda: PNG + a_zip(), Unsupported, "behind the picture"),
    "mp4 behind a png signature": (lambda: PNG[:8] + MP4, UserError, ""),
    "png signature alone": (lambda: PNG[:8], UserError, ""),
    "truncated png": (lambda: PNG[: len(PNG) // 2], Invalid, "damaged"),
    "truncated jpeg": (lambda: encoded(half_and_half(), "JPEG")[:700], Invalid, "damaged"),
    "png with broken pixels": (lambda: png_of(50, 50, b"not zlib at all"), Invalid, "damaged"),
    "nothing": (lambda: b"", Invalid, "empty"),
    "noise behind a jpeg header": (lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4, UserError, ""),
    "50,000 squared in the header": (lambda: png_of(50_000, 50_000, zlib.compress(b"")), TooLarge, "40 megapixels"),
    "12,000 squared bomb": (lambda: a_bomb(12_000), TooLarge, "40 megapixels"),
    "a little over the limit": (lambda: png_of(8_000, 5_001, zlib.compress(b"")), TooLarge, "40 megapixels"),
    "more than 20 MB": (lambda: PNG + bytes(20 * 1024 * 1024), TooLarge, "20 MB"),
}


async def sanitise(pool: NativePool, tmp_path: Path, data: bytes) -> tuple[dict[str, Any], Path]:
    source, target = tmp_path / "upload.png", tmp_path / "clean"
    source.write_bytes(data)
    return await pool.run("core.native.pictures:sanitise_upload", {"source": source, "target": target}), target


@pytest.mark.parametrize("name", REFUSED)
async def test_a_hostile_upload_is_refused_with_one_sentence(pool: NativePool, tmp_path: Path, name: str) -> None:
    make, kind, part = REFUSED[name]
    with pytest.raises(kind) as caught:
        await sanitise(pool, tmp_path, make())
    assert part in caught.value.message
    assert caught.value.message.endswith(".")
    assert not (tmp_path / "clean").exists()


async def test_a_photo_keeps_its_upright_pixels_and_nothing_else(pool: NativePool, tmp_path: Path) -> None:
    data = jpeg_with_gps()
    assert b"SecretCam" in data
    result, target = await sanitise(pool, tmp_path, data)
    assert result == {"media_type": "image/jpeg", "width": 200, "height": 400}
    with Image.open(target) as clean:
        assert clean.size == (200, 400)
        assert not clean.getexif()
        assert clean.getpixel((100, 20))[0] > 200  # the left edge is now above
    assert not any(secret in target.read_bytes() for secret in (b"SecretCam", b"secret comment", b"Exif"))


@pytest.mark.parametrize("mode", ["CMYK", "L"])
async def test_any_jpeg_becomes_rgb(pool: NativePool, tmp_path: Path, mode: str) -> None:
    result, target = await sanitise(pool, tmp_path, encoded(half_and_half(mode=mode), "JPEG"))
    assert result["media_type"] == "image/jpeg"
    with Image.open(target) as clean:
        assert clean.mode == "RGB"


async def test_transparency_of_a_palette_is_kept(pool: NativePool, tmp_path: Path) -> None:
    picture = half_and_half((60, 40)).quantize(8)
    clear = picture.getpixel((0, 0))
    result, target = await sanitise(pool, tmp_path, encoded(picture, "PNG", transparency=clear))
    assert result["media_type"] == "image/png"
    with Image.open(target) as clean:
        assert clean.mode == "RGBA"
        assert clean.getpixel((2, 2))[3] == 0
        assert clean.getpixel((58, 2)) == (0, 0, 255, 255)


async def test_sixteen_bits_are_scaled_and_not_clipped(pool: NativePool, tmp_path: Path) -> None:
    picture = Image.new("I;16", (10, 10), 128 * 256)
    _, target = await sanitise(pool, tmp_path, encoded(picture, "PNG"))
    with Image.open(target) as clean:
        assert abs(clean.convert("L").getpixel((5, 5)) - 128) <= 1


async def test_of_an_animation_the_first_frame_is_kept(pool: NativePool, tmp_path: Path) -> None:
    result, target = await sanitise(pool, tmp_path, gif_of_three())
    assert (result["width"], result["height"]) == (40, 30)
    with Image.open(target) as clean:
        assert getattr(clean, "n_frames", 1) == 1
        assert clean.convert("RGB").getpixel((5, 5))[0] > 200


@pytest.mark.parametrize("tail", [b"PK\x03\x04 and so on", b"<script>alert(1)</script>"])
async def test_what_hangs_behind_a_jpeg_is_gone(pool: NativePool, tmp_path: Path, tail: bytes) -> None:
    _, target = await sanitise(pool, tmp_path, encoded(half_and_half(), "JPEG") + tail)
    assert tail not in target.read_bytes()


async def test_text_chunks_of_a_png_are_gone(pool: NativePool, tmp_path: Path) -> None:
    data = PNG[:33] + chunk(b"tEXt", b"Comment\0<script>") + PNG[33:]
    _, target = await sanitise(pool, tmp_path, data)
    assert b"<script>" not in target.read_bytes()


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "image/png"), ("RGB", "image/jpeg")])
async def test_webp_goes_where_its_transparency_can_live(
    pool: NativePool, tmp_path: Path, mode: str, kind: str
) -> None:
    picture = half_and_half(mode=mode)
    if mode == "RGBA":
        picture.putalpha(120)
    result, _ = await sanitise(pool, tmp_path, encoded(picture, "WEBP"))
    assert result["media_type"] == kind


async def test_a_thumbnail_fits_and_is_upright_and_transparent(pool: NativePool, tmp_path: Path) -> None:
    source, target = tmp_path / "a.jpg", tmp_path / "a.webp"
    source.write_bytes(jpeg_with_gps())
    made = await pool.run("core.native.pictures:thumbnail", {"source": source, "target": target, "size": 128})
    assert (made["width"], made["height"]) == (64, 128)
    clear = half_and_half((1200, 900), "RGBA")
    clear.putalpha(0)
    clear.save(tmp_path / "b.png")
    await pool.run("core.native.pictures:thumbnail", {"source": tmp_path / "b.png", "target": target})
    with Image.open(target) as small:
        assert (small.format, small.mode, small.size) == ("WEBP", "RGBA", (512, 384))


async def test_files_are_measured_as_shown(pool: NativePool, tmp_path: Path) -> None:
    photo, sound = tmp_path / "a.jpg", tmp_path / "a.mp3"
    photo.write_bytes(jpeg_with_gps())
    speech = await pool.run("core.providers.offline.voice:speak", {"target": sound, "text": "Good morning."})
    measured = await pool.run("core.native.pictures:probe", {"source": sound})
    assert (await pool.run("core.native.pictures:probe", {"source": photo}))["width"] == 200
    assert measured["media_type"] == "audio/mpeg"
    assert measured["width"] is None
    assert abs(measured["duration_s"] - speech["duration_s"]) < 0.15


async def test_measuring_notices_each_bit_of_a_png_that_was_turned_or_is_missing(
    pool: NativePool, tmp_path: Path
) -> None:
    whole, file = encoded(half_and_half((300, 200)), "PNG"), tmp_path / "a.png"

    async def measured(data: bytes) -> str:
        file.write_bytes(data)
        with suppress(Unsupported):
            return str((await pool.run("core.native.pictures:probe", {"source": file}))["media_type"])
        return ""

    assert await measured(whole) == "image/png"
    for place in range(8, len(whole) - 12, len(whole) // 40):
        turned = whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]
        assert await measured(turned) != "image/png", place
        assert await measured(whole[:place]) != "image/png", place


async def test_a_poster_shows_an_early_frame(pool: NativePool, tmp_path: Path) -> None:
    clip, target, photo = tmp_path / "a.mp4", tmp_path / "a.webp", tmp_path / "a.png"
    half_and_half((640, 360)).save(photo)
    film = {"target": clip, "prompt": "", "seed": 2, "duration_s": 1, "picture": photo}
    await pool.run("core.providers.offline.clips:film", film)
    measured = await pool.run("core.native.pictures:probe", {"source": clip})
    assert measured == {"media_type": "video/mp4", "width": 1280, "height": 720, "duration_s": 1.0}
    made = await pool.run("core.native.pictures:poster", {"source": clip, "target": target})
    assert (made["width"], made["height"]) == (512, 288)
    with Image.open(target) as frame:
        left, right = frame.getpixel((20, 100)), ImageOps.mirror(frame.convert("RGB")).getpixel((20, 100))
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]
