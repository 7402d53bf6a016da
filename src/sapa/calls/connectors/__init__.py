"""Connectors: what a phone system or a file tells about calls, turned into `CallFacts`."""
