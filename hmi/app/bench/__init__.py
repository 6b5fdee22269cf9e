"""Measurements of the running program, printed as JSON by ``twinpane bench``.

No quick test judges by them; `packaging/test --full` holds medians of several runs to the bounds.
"""
