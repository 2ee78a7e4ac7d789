"""The picture and everything drawn on it."""
