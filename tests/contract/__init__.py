"""What we send and what the sandbox answers, held against a vendor's own OpenAPI files."""
