"""Gives every test, beside the code and in tests/, the same cast, world and rules."""

pytest_plugins = [
    "tests.tier_marks",
    "tests.fixtures.world",
    "tests.fixtures.cast",
    "tests.fixtures.graded_call",
]
