"""The shared language: vendor-free values that pass between the halves of the product."""
