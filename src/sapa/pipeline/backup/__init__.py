"""A backup is a folder: the database as it was at one moment, every recording it speaks of, and a list of both."""
