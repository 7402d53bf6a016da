"""Asterisk's own records, `queue_log`, CEL and CDR: lines become rows, the rows of one call become that call (ADR 22).

Tried with Asterisk 22. Nothing here reads a database, a clock or a setting.
"""
