"""What a lab was proved with, kept beside it: how often, on which engine, and how it went.

`digests` says what a proof depends on, `receipt` is the file, `standing` judges it without a
broker, and `sample` chooses what is run again although nothing changed.
"""
