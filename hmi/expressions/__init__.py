"""The restricted language of derived tags (later: alarms and screens), compiled to numpy over arrays.

Only + − × ÷, sqrt, abs, min, max, comparisons, and/or/not and if-else, so that a recording gives the
same result everywhere. Text is parsed and checked, never executed. Imports config and model.
"""
