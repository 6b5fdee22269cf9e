"""Value types, time, identity and context: the words every other package speaks.

Imports nothing of ours; numpy and msgspec only.
"""
