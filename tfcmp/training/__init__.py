"""The one training path that every model takes."""
