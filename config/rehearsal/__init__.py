"""A trading day on simulated systems: set up, trade, work, prove. Used by `demo` and by tests."""
