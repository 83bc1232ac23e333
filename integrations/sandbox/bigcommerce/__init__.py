"""BigCommerce as a local server: one store with its REST Management API, v2 and v3."""
