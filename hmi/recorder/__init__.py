"""Recordings: what the engine was told and when, chained and signed, a file for each machine and shift.

`records` and `chain` say what the bytes are and what is signed (pure); `file` is the SQLite file around
them; `journal` and `recorder` write, `reading` and `verify` read. What a file holds is data: sizes are
bounded before they are believed, and nothing in it is executed. Imports config and model only.
"""
