"""The plant's time: calendar, shifts, and the figures of ISO 22400-2."""
