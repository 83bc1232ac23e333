"""Brightpearl, an ERP: takes orders, payments, notes and journals; owns products and stock."""
