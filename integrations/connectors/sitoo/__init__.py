"""Sitoo, the tills: receipts, Z-reports and stock movements in; stock levels and products out."""
