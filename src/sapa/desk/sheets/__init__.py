"""What a call page shows, put together as plain values that a template only has to lay out."""
