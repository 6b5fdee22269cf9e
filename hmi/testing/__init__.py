"""pytest fixtures and contract suites, for us and for the authors of machine plugins.

Imports anything; nothing inside imports it.
"""
