"""The operations page typed step by step on three machines of a lab."""
