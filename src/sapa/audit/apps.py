from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "sapa.audit"
