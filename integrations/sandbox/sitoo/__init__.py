"""The tills: orders, products, stock and Z-reports, in Sitoo's dialect."""
