"""A simulated Mintsoft: one client's account at a fulfilment house."""
