"""Where values come from: the configuration of addresses and of the devices that have them."""
