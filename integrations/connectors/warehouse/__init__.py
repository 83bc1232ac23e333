"""Any warehouse that speaks the generic contract, over REST or by file drop."""
