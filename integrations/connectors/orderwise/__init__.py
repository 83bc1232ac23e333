"""OrderWise, an ERP with a REST service beside it."""
