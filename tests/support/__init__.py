"""What tests of more than one subject share."""
