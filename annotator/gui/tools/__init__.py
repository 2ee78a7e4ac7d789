"""What the mouse does on the canvas."""
