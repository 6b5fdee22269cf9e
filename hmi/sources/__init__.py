"""Sources: drivers that turn a device into batches of samples.

`protocol` is the seam; one subpackage per protocol. Imports config and model; asyncua, pymodbus
and h11 are imported here (and in simulation and testing) only, each lazily by its own subpackage.
"""
