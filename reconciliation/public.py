"""The front door of reconciliation: is what was signed still what was signed?"""

from reconciliation.services.chain import Broken, verify_chain
from reconciliation.services.seal import seal_problems

__all__ = ["Broken", "seal_problems", "verify_chain"]
