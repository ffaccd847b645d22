"""What detectors and models say of real transactions whose nature is known. The data stays where it is."""
