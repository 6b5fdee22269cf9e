"""Whether a configuration that was read again may take the place of the one that runs. Pure."""

from __future__ import annotations

from hmi.machines.discovery import quarantine_cause
from hmi.machines.resolve import Resolution


def refusal(running: Resolution, read: Resolution) -> str:
    """Why ``read`` must not take the place of ``running``, for a person to repair; "" where it may.

    A mistake while editing must cost nothing that works. A file that was wrong before may stay wrong, and
    a machine that was left out may stay so: else one of them would be in the way of every other change.
    """
    if read.epoch.site != running.epoch.site:
        found, known = read.epoch.site, running.epoch.site
        return f"site.yaml: the id is {found}, expected {known} as long as its engine runs"
    wrong_before = {problem.file for problem in running.problems}
    if fresh := [problem for problem in read.problems if problem.file not in wrong_before]:
        return quarantine_cause(fresh)
    runs = {machine.id for machine in running.epoch.machines}
    lost = (each for each in read.epoch.quarantined if each.name in runs)
    return next((f"{each.name}: {each.cause}" for each in lost), "")
