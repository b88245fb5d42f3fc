"""What a machine is doing, by its own words, its pulses and its pace."""
