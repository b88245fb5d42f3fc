"""Lays the agent out on a PC, changes its version and takes it off again: `lineside install`.

What is on the disk decides what is to be done next, so that whatever was interrupted is gone on with.
"""
