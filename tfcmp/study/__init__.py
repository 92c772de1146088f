"""Models x seeds, each run a process of its own."""
