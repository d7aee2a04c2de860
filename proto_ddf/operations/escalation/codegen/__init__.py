"""Codegen: an external service that repairs the code of an app and makes a pull request in its git repository."""

from proto_ddf.operations.escalation.codegen.integration import CodegenIntegration, ConnectionReport

__all__ = ["CodegenIntegration", "ConnectionReport"]
