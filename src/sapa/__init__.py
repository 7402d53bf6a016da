"""Sapa: call quality control that runs on the contact centre's own server."""

__version__ = "0.1.0"
