"""Makes the vectors: seals models, issues grants, and breaks both, one way at a time.

It shares with `reader/` only the byte notation and the formulas of spec/;
what a scenario expects is written down by hand, never asked of the reader.
"""
