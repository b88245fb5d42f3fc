"""`lineside scan`: where codes are heard, what is shown of each, and in which words."""
