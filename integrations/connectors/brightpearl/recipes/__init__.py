"""One module per operation: how it is written, looked up and read back."""
