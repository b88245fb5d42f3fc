"""What the agent tells its log: a closed vocabulary of events, one line per outage, bounded whatever happens.

A room that everything but the core and the terminal may use; it imports nothing of ours.
"""
