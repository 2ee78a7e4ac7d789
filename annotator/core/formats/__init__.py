"""Foreign formats: one module each, with `write` and `read`; exchange.py is the way in.

A `write` makes files of a Document and returns what the format could not hold; a `read` makes a Document of files. Both
name images by their path under the image root. See docs/formats.md for what each format can hold.
"""
