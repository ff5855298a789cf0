"""Videos from people: taken over into a fresh MP4 with nothing else in it, or refused with a sentence."""

import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import pytest
import pytest_asyncio

from core.errors import Invalid, TooLarge, Unsupported, UserError
from core.native.pool import NativePool
from tests.fakes import media

pytestmark = pytest.mark.asyncio(loop_scope="module")
UPRIGHT = bytes.fromhex("000100000000000000000000000000000001000000000000000000000000000040000000")
TURNED = bytes.fromhex("000000000001000000000000ffff00000000000000000000000000000000000040000000")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[NativePool]:
    made = NativePool(2)
    yield made
    await made.close()


async def remuxed(pool: NativePool, tmp_path: Path, data: bytes) -> tuple[dict[str, object], Path]:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(data)
    facts = await pool.run("core.native.remux:remux", {"source": source, "target": target})
    return facts, target


def tracks(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [stream.codec_context.name for stream in container.streams]


def packets(data: bytes) -> list[bytes]:
    with av.open(io.BytesIO(data)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def with_a_diary() -> bytes:
    """A film that says where and by whom it was made."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(
            {"location": "+48.8584+002.2945/", "artist": "Ada Secret", "com.apple.quicktime.make": "SecretCam"}
        )
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(12):
            container.mux(stream.encode(av.VideoFrame.from_image(media.gradient((64, 48)))))
        container.mux(stream.encode(None))
    return out.getvalue()


def turned(data: bytes) -> bytes:
    """The film as a telephone held upright writes it: its pictures lie on their side."""
    assert data.count(UPRIGHT) == 2, "movie and track"
    at = data.index(UPRIGHT, data.index(b"tkhd"))
    return data[:at] + TURNED + data[at + len(UPRIGHT) :]


async def test_an_mp4_keeps_its_pictures_and_sound_bit_for_bit(pool: NativePool, tmp_path: Path) -> None:
    film = media.mp4((640, 360), 2.0, audio=True)
    facts, target = await remuxed(pool, tmp_path, film)
    assert facts == {"media_type": "video/mp4", "width": 640, "height": 360, "duration_s": 2.0}
    assert tracks(target) == ["h264", "aac"]
    assert packets(target.read_bytes()) == packets(film)


async def test_a_webm_becomes_an_mp4(pool: NativePool, tmp_path: Path) -> None:
    facts, target = await remuxed(pool, tmp_path, media.webm((96, 64), 1.0, audio=True))
    assert (facts["media_type"], facts["width"], facts["height"]) == ("video/mp4", 96, 64)
    assert facts["duration_s"] == pytest.approx(1.0, abs=0.05)
    assert tracks(target) == ["h264", "opus"]


async def test_odd_sides_are_made_even(pool: NativePool, tmp_path: Path) -> None:
    facts, target = await remuxed(pool, tmp_path, media.webm((101, 75), 0.5))
    with av.open(str(target)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (100, 74)
    assert facts["duration_s"] == pytest.approx(0.5, abs=0.05)


async def test_nothing_else_comes_along(pool: NativePool, tmp_path: Path) -> None:
    film = with_a_diary()
    assert b"SecretCam" in film
    assert b"Ada Secret" in film
    _, target = await remuxed(pool, tmp_path, film + b"PK\x03\x04 a zip behind it")
    for trace in (b"Secret", b"48.8584", b"PK\x03\x04"):
        assert trace not in target.read_bytes()


async def test_a_film_held_upright_stays_upright(pool: NativePool, tmp_path: Path) -> None:
    facts, target = await remuxed(pool, tmp_path, turned(media.mp4((64, 48), 1.0)))
    assert (facts["width"], facts["height"]) == (48, 64)
    with av.open(str(target)) as container:
        assert next(container.decode(video=0)).rotation % 180 == 90


def of_ten_minutes() -> bytes:
    """601 s, one picture a second."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=1, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        for _ in range(601):
            container.mux(stream.encode(av.VideoFrame.from_image(media.gradient((16, 16)))))
        container.mux(stream.encode(None))
    return out.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], type[UserError]]] = {
    "nothing behind the name": (lambda: media.mp4()[:40], Invalid),
    "cut off": (lambda: media.mp4((640, 360), 3.0, audio=True)[:-3000], Invalid),
    "a WebM cut in half": (lambda: media.webm((64, 48), 2.0)[:900], Invalid),
    "a playlist": (lambda: b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n", Unsupported),
    "a sound that says MP4": (lambda: b"\x00\x00\x00\x18ftypisom" + media.mp3(), Invalid),
    "noise that says WebM": (lambda: b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 20, Invalid),
    "more than 64 MB": (lambda: b"\x00\x00\x00\x18ftypisom" + bytes(64 * media.MB), TooLarge),
    "wider than 4096": (lambda: media.mp4((4098, 16), 0.1), TooLarge),
    "longer than 10 minutes": (of_ten_minutes, TooLarge),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_no_whole_video_is_refused_with_a_sentence(pool: NativePool, tmp_path: Path, name: str) -> None:
    make, kind = HOSTILE[name]
    with pytest.raises(kind) as refused:
        await remuxed(pool, tmp_path, make())
    assert refused.value.message.endswith(".")


async def test_a_sound_alone_is_no_video(pool: NativePool, tmp_path: Path) -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        media._sing(container, container.add_stream("aac", rate=48_000, layout="mono"), 1.0, 48_000)
    with pytest.raises(Unsupported):
        await remuxed(pool, tmp_path, out.getvalue())


async def test_measuring_notices_what_was_cut_off(pool: NativePool, tmp_path: Path) -> None:
    _, film = await remuxed(pool, tmp_path, media.mp4((640, 360), 3.0, audio=True))
    whole = {"video": film.read_bytes(), "image": media.png((640, 480)), "photo": media.jpeg((640, 480))}
    for name, data in whole.items():
        (tmp_path / name).write_bytes(data)
        (tmp_path / f"half {name}").write_bytes(data[: len(data) // 2])
        facts = await pool.run("core.native.pictures:probe", {"source": tmp_path / name})
        assert facts["media_type"].startswith(("video/mp4", "image/"))
        assert await _kind(pool, tmp_path / f"half {name}") in ("refused", "application/octet-stream")
    (tmp_path / "one").write_bytes(media.mp4((64, 48), 1 / 24))
    assert await _kind(pool, tmp_path / "one") == "video/mp4"


async def _kind(pool: NativePool, source: Path) -> str:
    try:
        return str((await pool.run("core.native.pictures:probe", {"source": source}))["media_type"])
    except Unsupported:
        return "refused"
