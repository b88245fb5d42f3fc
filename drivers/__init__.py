"""One file per way of looking at a machine or a reader. They yield observations and raise; they decide nothing."""
