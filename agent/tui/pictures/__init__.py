"""Pictures of the shift in characters: pure functions from what is known and a width to styled lines.

None is wider than it is told. What a colour says, a letter or a pattern says as well.
"""
