"""Phone systems that give no log to read: events that they send, and call logs that they export, as one shape (ADR 24).

Nothing here reads a database, a clock or a setting.
"""
