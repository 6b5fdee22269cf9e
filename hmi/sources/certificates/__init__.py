"""Who a device is and who we are: certificates, keys, and what a person has confirmed.

No protocol library is needed here, so that ``twinpane trust`` begins at once. The rules are those of
OPC 10000-4, 6.1.3 (validating certificates) and OPC 10000-6, 6.2.2 (application instance certificates).
"""
