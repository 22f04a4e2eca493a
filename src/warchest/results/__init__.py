"""What paths leave behind, and what is measured of it."""
