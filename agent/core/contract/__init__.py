"""What goes between the agent and the MES: envelope, topics, commands, published forms."""
