"""The ERP: orders, payments, journals, products and stock, in Brightpearl's dialect."""
