"""What concerns the agent rather than one work center: its desk."""
