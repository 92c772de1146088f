"""Run directories, studies and searches, read into typed records."""
