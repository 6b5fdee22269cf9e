"""Composition roots and the command line ``twinpane``. Imports anything; ui only lazily."""
