"""What an experiment would do, before it does anything: in words, as a picture, with its leaks."""
