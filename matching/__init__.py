"""A small library that says which texts answer a text, and why. It knows nothing of the product around it.

    texts -> encoding -> collection -> ranker -> reasons
               |             |
           embedder     calibration

Cut a text (`texts`), turn it into vectors and term counts (`encoding`, with an `embedder`), put many into a
`collection`, rank them (`ranker`) and explain the best (`reasons`, `requirements`, `eligibility`). `evaluation`
measures it, `files` reads what the command line is given, `remote` asks for vectors from another process.
"""
