"""Recordings of what reached the agent, and what another configuration makes of them."""
