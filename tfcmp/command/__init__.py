"""How a command line is read, and how a command starts and ends."""
