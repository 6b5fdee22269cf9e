"""The machine-plugin host: hook specifications, discovery, quarantine, and resolving a site to an epoch.

Imports expressions, config and model (and pluggy).
"""
