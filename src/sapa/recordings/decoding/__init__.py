"""Decoding apart: what may be hostile is read in a child process that can reach nothing (ADR 10)."""
