"""Screens, one module for each: they put together what the stages know."""
