"""Throughput, latency, scaling and memory, each measured in a process of its own."""
