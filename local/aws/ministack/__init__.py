"""Where ministack 1.5.33 differs from AWS, put right, kind by kind. No other room touches its internals."""
