"""``bench soak``: the whole product for hours, with faults at random, and every change accounted for.

The plan, the account and the trend are pure; `run` puts them to work on real processes.
"""
