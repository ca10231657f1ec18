"""A second reader of sealed models, written from spec/ alone.

It shares no code with `@strongroom/core`. It reads whole files in memory and
is meant to be plain, not fast: `opening.py` follows the numbered steps of
spec/sealed-model.md, `grant.py` those of spec/grant.md.
"""
