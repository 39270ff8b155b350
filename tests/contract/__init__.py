"""Rules of the house that a reader could only hope for, kept by reading the code itself."""
