"""Types of the JSON files that runs, searches and studies hold; docs/schemas has their schemas."""
