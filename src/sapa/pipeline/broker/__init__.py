"""Celery behind the doorbell: the only place that knows the vendor. Nothing here is imported without a broker."""
