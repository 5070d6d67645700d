"""Where speed is measured: figures and ratios of one run, never assertions in tests."""
