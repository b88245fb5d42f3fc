"""The pure core: what a plant's observations mean. No I/O, no clock, no async, no logging, no randomness."""
