"""Where the disk ends with the container or the restart, the operator is told before anything is lost."""

from pathlib import Path
from typing import Any

import pytest

from bot.safekeeping.disk import at_risk
from bot.settings import Host, Settings

ROOT = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"
LAYERS = "22 1 0:50 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/a"
VOLUME = f"{LAYERS}\n90 22 8:16 / /app/data rw - ext4 /dev/sdb rw"
MEMORY = f"{ROOT}\n91 22 0:44 / /app/data rw shared:7 - tmpfs tmpfs rw"
NEIGHBOUR = f"{LAYERS}\n92 22 8:16 / /app/database rw - ext4 /dev/sdb rw"
SPACED = f"{LAYERS}\n93 22 8:16 / /my\\040disk rw - ext4 /dev/sdb rw"


def told(mounts: str, host: Host | None = None, folder: str = "/app/data", **more: Any) -> str | None:
    settings = Settings(_env_file=None, EASEL_DATA_DIR=Path(folder), **more)
    return at_risk(settings, host or Host(_env_file=None), mounts)


@pytest.mark.parametrize(
    ("mounts", "lasts"),
    [
        (ROOT, True),
        (VOLUME, True),
        ("", True),
        ("nonsense", True),
        (LAYERS, False),
        (MEMORY, False),
        (NEIGHBOUR, False),
    ],
)
def test_a_disk_lasts_unless_it_is_memory_or_the_container_s_own(mounts: str, lasts: bool) -> None:
    assert (told(mounts) is None) == lasts


def test_a_mount_with_a_space_in_its_name_is_found() -> None:
    assert told(SPACED, folder="/my disk/easel") is None


@pytest.mark.parametrize("name", ["DYNO", "K_SERVICE", "RENDER", "FLY_APP_NAME"])
def test_hosts_that_empty_their_disks_are_known(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(ROOT) is None
    monkeypatch.setenv(name, "web.1")
    assert told(ROOT)


@pytest.mark.parametrize("host", [{"K_SERVICE": "easel"}, {"RENDER": "true"}, {"FLY_APP_NAME": "easel"}])
def test_a_volume_mounted_there_lasts_also_at_such_a_host(host: dict[str, str]) -> None:
    assert told(VOLUME, Host(**host)) is None  # type: ignore[arg-type]


def test_the_sentence_names_what_would_be_lost_and_what_to_set() -> None:
    postgres = {"DATABASE_URL": "postgres://u:p@h/n", "EASEL_SECRET_KEY": "t" * 48}
    whole = told(LAYERS)
    assert whole
    assert "the database and all files will be lost. Set DATABASE_URL and S3_BUCKET" in whole
    files = told(LAYERS, **postgres)
    assert files
    assert "all files will be lost. Set S3_BUCKET," in files
    assert told(LAYERS, **postgres, S3_BUCKET="b") is None
