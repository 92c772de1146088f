"""What scripts/publish_study.py is made of."""
