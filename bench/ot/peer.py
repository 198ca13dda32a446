"""POT, and the authors' HiWA, timed on request.

Standard input has lines "span rows columns command arguments", each followed by
rows x columns doubles. The answer is a line "seconds count", with the processor
time of the fastest call within the span, and count doubles: the result.
"""
import sys
import time
import warnings

import numpy as np
import ot


def fastest(call, span):
    def series(n):
        start = time.process_time()
        for _ in range(n):
            result = call()
        return (time.process_time() - start) / n, result

    best, result = series(1)
    n, end = max(1, int(span / 20 / max(best, 1e-7))), time.perf_counter() + span
    while time.perf_counter() < end:
        best = min(best, series(n)[0])
    return best, result


def hiwa(numbers, folder, iterations, seed):
    """Rows are points of both sides: side, label, coordinates."""
    sys.path.insert(0, folder + "/src")
    from hiwa import HiWA

    points = {side: (numbers[numbers[:, 0] == side, 2:], numbers[numbers[:, 0] == side, 1]) for side in (0, 1)}
    np.random.seed(seed)
    h = HiWA(maxiter=iterations, tol=0)
    start = time.process_time()
    h.fit(*points[0], *points[1])
    made = len(h.diagnostics["Rg_norm"])
    return (time.process_time() - start) / made, np.array([made])


def main():
    warnings.simplefilter("ignore")
    print(f"POT {ot.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}", flush=True)
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        span, rows, columns, command, *args = line.decode().split()
        numbers = np.frombuffer(sys.stdin.buffer.read(8 * int(rows) * int(columns))).reshape(int(rows), int(columns))
        if command == "hiwa":
            seconds, result = hiwa(numbers, args[0], int(args[1]), int(args[2]))
        else:
            a, b = ot.unif(numbers.shape[0]), ot.unif(numbers.shape[1])
            if command == "emd":
                call = lambda: ot.emd(a, b, numbers)
            else:
                gamma, sweeps, stop = float(args[0]), int(args[1]), float(args[2])
                f = {"sinkhorn": ot.sinkhorn, "sinkhorn_log": ot.bregman.sinkhorn_log}[command]
                call = lambda: f(a, b, numbers, gamma, numItermax=sweeps, stopThr=stop, warn=False)
            seconds, result = fastest(call, float(span))
        out.write(f"{seconds} {result.size}\n".encode() + np.ascontiguousarray(result, float).tobytes())
        out.flush()


main()
