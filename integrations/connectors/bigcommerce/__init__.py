"""BigCommerce: the online shop's orders, refunds, products and stock."""
