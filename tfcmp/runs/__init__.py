"""The run directory: written whole, read, checked."""
