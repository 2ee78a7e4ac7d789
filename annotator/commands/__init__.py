"""What the command line does besides opening the window, one module for each command."""
