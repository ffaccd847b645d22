"""The learned change model: samples of worlds, training, calibration, and the card that says how good it is.

    samples     what the model sees of every output that a vote was asked about, and whose it truly is
    train       trees from samples, as arrays
    calibrate   probabilities, the cut, and the kinds of transactions in which the model may speak
    compare     the vote with and without the model, on worlds that it has never seen
    run         all of it, from seeds to the model and its figures
    card        what is told of a model

Training, calibration and comparison have worlds of their own; nobody else draws from their seeds.
"""
