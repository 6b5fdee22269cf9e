"""A machine plugin that was found: where its files lie and what they are, without its Python imported."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MachinePlugin:
    """One machine type on this computer.

    ``folder``   where machine.yaml and its neighbours lie
    ``version``  of the distribution; "" for a folder of YAML alone
    ``hash``     SHA-256 (hex) over its files, see `hash_of`
    ``module``   the package to import for its hooks; None for a folder of YAML alone
    ``origin``   where it comes from, for a person
    """

    id: str
    folder: Path
    version: str
    hash: str
    module: str | None
    origin: str


def hash_of(folder: Path) -> str:
    """SHA-256 (hex) over the relative paths and contents of a folder's files, but for Python's caches."""
    digest = hashlib.sha256()
    files = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{len(name.encode())} {name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()
