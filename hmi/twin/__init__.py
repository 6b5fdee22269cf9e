"""The twin itself: the store of last values, alignment, kinematics. Pure: arrays and instants in and out.

Imports config and model; no clock is read here, nothing is opened.
"""
