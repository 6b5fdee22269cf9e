"""What an export says of itself: where it is from, what it spans, what its tags are."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.config.epoch import Epoch
from hmi.config.tags import Tag
from hmi.export.rows import iso
from hmi.recorder.chain import fingerprint
from hmi.recorder.kinds import Header


@dataclass(frozen=True, slots=True)
class About:
    """Of one export: the recording's header and configuration, [begin, end] in UTC ns, the tags in it.

    ``context`` is what the machine worked on when it began: key → value.
    """

    header: Header
    file: str
    epoch: Epoch
    begin: int
    end: int
    tags: tuple[Tag, ...]
    context: dict[str, str]

    def plain(self) -> dict[str, str]:
        """Names and values, for a file's head."""
        header = self.header
        (machine,) = self.epoch.machines
        return {
            "made by": f"Twinpane {header.made_by}",
            "recording": self.file,
            "signed with": fingerprint(header.key),
            "site": header.site,
            "machine": header.machine,
            "machine type": f"{machine.type.id} {machine.plugin_version}".strip(),
            "configuration": self.epoch.digest,
            "shift": f"{header.shift} {header.day}",
            "from": iso(self.begin),
            "to": iso(self.end),
            **{f"context {key}": value for key, value in self.context.items() if value},
        }
