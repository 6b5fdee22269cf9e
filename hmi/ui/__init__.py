"""The only Qt code: frame clock, widgets, twin view, screens, window.

Thin shells around the view models of `hmi.present`; history comes only by request over the link.
Imports present, link, twin, config and model; never engine, sources or machines.
"""
