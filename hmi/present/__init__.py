"""View models without Qt: what to show and how it reads. Freshness, formatting, themes, texts, latency.

Everything here is tested with Qt uninstalled. Imports link, twin, expressions, config and model.
"""
