"""A method that does nothing, to measure what everything else costs."""

import time

import assay_plugin as assay
import numpy as np
from assay_plugin._data import open_dataset

opened = {}


def timed_open(folder):
    began = time.perf_counter()
    dataset = open_dataset(folder)
    float(dataset.train().samples[0, 0])
    opened["open_s"] = time.perf_counter() - began
    return dataset


class Overhead(assay.Method):
    name, version = "overhead", "1"
    reuse = True
    metrics = [assay.Metric("open_s", "min", "seconds until the first value"), assay.Metric("sum_s", "min", "seconds to add all values")]

    def train(self, run):
        return {}

    def embed(self, model, recording):
        return np.ascontiguousarray(recording.samples[:, :2])

    def evaluate(self, model, recording):
        began = time.perf_counter()
        recording.samples.sum()
        return {**opened, "sum_s": time.perf_counter() - began}


if __name__ == "__main__":
    import assay_plugin._server

    assay_plugin._server.open_dataset = timed_open
    assay.serve(Overhead)
