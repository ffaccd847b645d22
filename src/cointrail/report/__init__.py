"""The case as people read it: a report for the court, exports for programs, requests to exchanges."""
