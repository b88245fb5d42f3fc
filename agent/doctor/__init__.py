"""What is wrong with one agent and the PC it runs on, in plain words: small judgements, and what is looked at for them.

Each file is one subject: a value with what was seen, a pure judgement of it, and the look that fills the value in.
"""
