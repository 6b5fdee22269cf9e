"""A recorded shift as if it were now: the engine's own logic, fed from a recording. No plugin code is needed.

Imports engine, link, recorder, twin, expressions, config and model; no driver is loaded.
"""
