"""Faults made on purpose, against real processes: what is lost, what is doubled, how soon it goes on.

The same code runs long as `make bench-faults` and short as tests.
"""
