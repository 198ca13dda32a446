package store

// KeptDir is where models, embeddings and arrays are kept: a folder per fit.
const KeptDir = "kept"
