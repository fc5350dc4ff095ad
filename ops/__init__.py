"""Set-up and running of the whole system."""
