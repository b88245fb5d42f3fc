"""Certificates for machines: the agent's own with its key, and those that it believes, in its data folder."""
