"""What can go wrong at the boundary between processes."""

from __future__ import annotations


class LinkError(Exception):
    """Base of the link's errors."""


class LinkUnavailable(LinkError):
    """No engine can be reached: none runs, it is starting, or we may not speak to it."""


class LinkClosed(LinkError):
    """The engine's end has closed, or said something that cannot be understood."""


class LinkEnded(LinkClosed):
    """The engine has closed its end, as it does when it ends."""


class LinkRefused(LinkClosed):
    """The two ends do not understand each other, and will not before one of them is another program."""


class FrameError(LinkError):
    """Bytes that are no frame of ours: too long, not a message, or a message with something else in it."""
