"""Units and lots that are made: serials, genealogy, nonconformance and rework."""
