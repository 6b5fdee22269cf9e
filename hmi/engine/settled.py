"""What is left when everything has been loaded: kept apart from what comes and goes, the rest given back."""

from __future__ import annotations

import ctypes
import gc


def settle() -> None:
    """To be called when a long life begins, after configuration and drivers were read.

    What lives by now lives until the end, so the collector need never look at it again: a whole collection
    of it would hold the loop up for tens of milliseconds. What reading it took is given back to the system:
    the importing of the OPC UA types alone leaves 40 MB that are free, but not the system's.
    """
    gc.collect()
    gc.freeze()
    trim = getattr(
        ctypes.CDLL(None), "malloc_trim", None
    )  # of glibc; other C libraries give back by themselves
    if trim is not None:
        trim(0)
