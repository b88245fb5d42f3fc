"""Stops and their segments, reasons, setups, and what people say of them."""
