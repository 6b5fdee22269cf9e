"""Twinpane: an operator HMI with a live twin of the machine.

Layers, importers above imported: app, ui, present, replay, engine, link, machines, sources, recorder,
twin, expressions, config, model. The façades ``api``, ``simulation`` and ``testing`` stand at the top
and nothing inside imports them. ``import-linter`` (contracts in pyproject.toml) holds it.
"""

__version__ = "0.1.0.dev0"
