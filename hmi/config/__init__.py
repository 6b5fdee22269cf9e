"""Configuration: YAML files → typed, checked objects with file:line errors, and the epoch made of them.

The pydantic models here are the file format and the resolved form alike; the resolved `Epoch` travels
over the link as JSON, so that a screen needs neither site folder nor plugin code.
Imports model only.
"""
