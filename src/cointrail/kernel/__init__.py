"""The few hot loops: arrays in, arrays out. No I/O, no policy."""
