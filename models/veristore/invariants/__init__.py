"""The promises of a store, as folds over what it says."""
