"""Cases: what was asked, on what basis, and what came out."""
