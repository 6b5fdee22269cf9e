"""Real protocol servers for machine simulators and load, without pytest; machine plugins may import it.

Imports model and config; nothing inside imports it.
"""
