"""Measurements of the running program, printed as JSON by ``twinpane bench``; never a test's verdict."""
