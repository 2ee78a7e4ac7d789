"""The window: paints, routes input and edits the document; never computes."""
