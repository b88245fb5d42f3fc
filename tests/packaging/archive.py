"""Archives that come out the same, byte for byte, whenever and by whomever they are made."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path


def packed(folder: Path, archive: Path, epoch: int) -> None:
    """Pack a folder under its own name: sorted, owned by root, of one time, with the modes of a fresh checkout."""

    def settled(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = epoch
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o111 else 0o644
        return entry

    # The name and the time of the archive itself stay out of it.
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, mtime=epoch) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted([folder, *folder.rglob("*")], key=str):
            tar.add(path, str(path.relative_to(folder.parent)), recursive=False, filter=settled)
