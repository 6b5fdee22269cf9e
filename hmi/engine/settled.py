"""What is left when everything has been loaded: kept apart from what comes and goes, the rest given back."""

from __future__ import annotations

import ctypes
import gc


def settle() -> None:
    """To be called when a long life begins, after configuration and drivers were read; and when another does.

    What lives by now lives until the end, so the collector need never look at it again: a whole collection
    of it would hold the loop up for tens of milliseconds. What reading it took is given back to the system:
    the importing of the OPC UA types alone leaves 40 MB that are free, but not the system's. What was kept
    before and has ended since is let go of: an epoch with its history would else stay for ever.

    Takes tens of milliseconds: not while anything is awaited.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give the memory that is free back to the system, wherever it lies; some milliseconds.

    To be called when much has come and gone: what asking a server for ten thousand items takes is 9 MB.
    """
    # Of glibc, which gives back by itself only what lies at the end; other C libraries do as they do.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
