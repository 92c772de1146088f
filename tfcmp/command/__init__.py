"""The doors' hallway: how a command line is read and how a command ends."""
