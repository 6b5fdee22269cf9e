"""Modbus TCP: polled blocks of registers as batches.

Modbus Application Protocol V1.1b3 and Modbus Messaging on TCP/IP V1.0b, over pymodbus' client.
"""
