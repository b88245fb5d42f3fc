"""What one crew tells the next, and whom it calls for help."""
