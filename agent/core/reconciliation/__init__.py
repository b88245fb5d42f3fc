"""What facts add up to, held against the MES; reports out of the journal."""
