"""A small library that says which texts answer a text, and why. It knows nothing of the product around it.

    texts -> encoding -> collection -> ranker -> reasons
               |             |           |
           embedder     calibration    pairs

Cut a text (`texts`), turn it into vectors and term counts (`encoding`, with an `embedder`), put many into a
`collection`, rank them (`ranker`, or all against all with `pairs`) and explain the best (`reasons`, `requirements`,
`eligibility`). A collection is made of `ids`, `postings` (words), `vectors` (exact) and `rough` (for a shortlist), all
in memory or, for the most part, in files that processes share. `evaluation` measures it beside `baselines`, `files`
reads what the command line is given, `remote` asks for vectors from another process.
"""
