"""Clocks, and what they measure."""
