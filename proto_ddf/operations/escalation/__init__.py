"""Who is next when an error does not end by itself: Codegen, a person, or a person with the system reset.

Others import `EscalationManager`, `views`, `codegen.CodegenIntegration` and the kinds of operation; docs/escalation.md
has the rules.
"""

from proto_ddf.operations.escalation.manager import Escalation, EscalationManager

__all__ = ["Escalation", "EscalationManager"]
