"""Whether the data folder lies on a disk that is still there tomorrow."""

from pathlib import Path

from bot.settings import Host, Settings

MOUNTS = Path("/proc/self/mountinfo")
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
IN_LAYERS = frozenset({"overlay", "aufs"})
"""What a container's own file system is: it ends with the container."""


def at_risk(settings: Settings, host: Host | None = None, mounts: str | None = None) -> str | None:
    """The sentence that says what would be lost and why; None where nothing would."""
    kept_here = {"the database": not settings.on_postgres, "all files": not settings.s3_bucket}
    lost = [what for what, here in kept_here.items() if here]
    where = _passing(settings.data_dir.resolve(), host or Host(), _mounts() if mounts is None else mounts)
    if not lost or where is None:
        return None
    set_ = {"the database": "DATABASE_URL", "all files": "S3_BUCKET"}
    wanted = " and ".join(set_[what] for what in lost)
    return f"{where}: {' and '.join(lost)} will be lost. Set {wanted}, or mount a lasting disk at the data folder."


def _passing(folder: Path, host: Host, mounts: str) -> str | None:
    """Why the disk does not last. Sources: the hosts' own pages on "ephemeral" disks; proc(5), mountinfo."""
    if host.dyno:
        return "Heroku empties a dyno's disk at every restart, at least once a day"
    place, kind = _mount_of(folder, mounts)
    if host.cloud_run and place == "/":
        return "Cloud Run keeps a container's files in memory, until it stops"
    if kind in IN_MEMORY:
        return f"The data folder lies in memory ({kind})"
    if place == "/" and (kind in IN_LAYERS or host.render or host.fly):
        return "The data folder lies inside the container and ends with it"
    return None


def _mount_of(folder: Path, mounts: str) -> tuple[str, str]:
    """Where the file system that holds a folder is mounted, and of what kind it is; empty where nobody can tell."""
    best = ("", "")
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        place = fields[4].encode().decode("unicode_escape")
        if (place == "/" or folder.is_relative_to(place)) and len(place) >= len(best[0]):
            best = (place, after.split()[0])
    return best


def _mounts() -> str:
    try:
        return MOUNTS.read_text("utf-8", "replace")
    except OSError:
        return ""  # not Linux: a person's own machine
