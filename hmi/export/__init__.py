"""Recordings for other programs: tables of samples as CSV and Parquet.

Imports replay, recorder, config and model.
"""
