"""Typed settings: what can be set, its defaults, and how files and flags become one configuration."""
