"""The boundary between the engine's process and everybody else's: shared memory and a local transport.

Both ends of both live here, without Qt and without protocol code. Shared memory (`table`) carries the
last value of every tag, latest wins, with a doorbell; the transport carries what must arrive in order
and whole: the epoch, events, history. Imports model (and config for the epoch) only.
"""
