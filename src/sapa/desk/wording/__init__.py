"""Facts put into words and figures of the reader's language."""
