"""What Discord checks in request bodies before it does anything (400, code 50035)."""
