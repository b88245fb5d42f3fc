"""Commissioning of a work-center PC: what machines and readers offer, what people answer, and the file made of it."""
