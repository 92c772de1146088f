"""Computes again what runs, searches, studies and publications state, and names what differs."""
