"""One library's matrix products, timed on request.

Standard input has lines "form count m n k seconds"; the answer to each is the
seconds of one call, in the fastest of the series that fit in so many seconds. The first line of output names the library. Results are
written to a matrix made beforehand, as ours are.
"""
import sys
import time

import numpy as np


def blas_files():
    """The BLAS libraries that this process has loaded."""
    names = {line.split()[-1] for line in open("/proc/self/maps") if "/" in line}
    names = {n.split("/")[-1] for n in names}
    return ", ".join(sorted(n for n in names if "blas" in n.lower() or "libmkl_rt" in n))


def operands(form, count, m, n, k):
    """op(A), op(B) and C; a transposed operand is a view of what is stored."""
    rng = np.random.default_rng(1)

    def matrix(rows, cols, transposed):
        if transposed:
            return rng.standard_normal((count, cols, rows), dtype=np.float32).transpose(0, 2, 1)
        return rng.standard_normal((count, rows, cols), dtype=np.float32)

    a, b = matrix(m, k, form[0] == "T"), matrix(k, n, form[1] == "T")
    c = np.empty((count, m, n), np.float32)
    return (a[0], b[0], c[0]) if count == 1 else (a, b, c)


def numpy_library():
    def prepare(form, count, m, n, k):
        a, b, c = operands(form, count, m, n, k)
        return lambda: np.matmul(a, b, out=c)

    blas = ""
    try:
        d = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        blas = f"{d['name']} {d['version']}, "
    except Exception:  # before NumPy 1.25 only what is loaded tells
        pass
    prepare("NN", 1, 8, 8, 8)()
    return f"NumPy {np.__version__}, {blas}{blas_files()}", prepare


def torch_library():
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)

    def prepare(form, count, m, n, k):
        a, b, c = (torch.from_numpy(x) for x in operands(form, count, m, n, k))
        product = torch.mm if count == 1 else torch.bmm
        return lambda: product(a, b, out=c)

    prepare("NN", 1, 8, 8, 8)()
    mkl = "MKL" if torch.backends.mkl.is_available() else "no MKL"
    return f"PyTorch {torch.__version__}, {mkl}, {blas_files()}", prepare


def mkl_library():
    import ctypes
    import glob
    import os

    os.environ["MKL_THREADING_LAYER"] = "SEQUENTIAL"
    found = glob.glob(os.path.join(sys.prefix, "lib", "libmkl_rt.so*"))
    if not found:
        sys.exit("no libmkl_rt under " + sys.prefix + ": pip install mkl")
    mkl = ctypes.CDLL(found[0])
    text = ctypes.create_string_buffer(200)
    mkl.MKL_Get_Version_String(text, 200)
    i, f, p = ctypes.c_int, ctypes.c_float, ctypes.c_void_p
    mkl.cblas_sgemm.argtypes = [i] * 6 + [f, p, i, p, i, f, p, i]
    mkl.cblas_sgemm_batch_strided.argtypes = [i] * 6 + [f, p, i, i, p, i, i, f, p, i, i, i]
    row_major, plain, transposed = 101, 111, 112

    def prepare(form, count, m, n, k):
        a, b, c = operands(form, count, m, n, k)
        at, bt = form[0] == "T", form[1] == "T"
        head = row_major, transposed if at else plain, transposed if bt else plain, m, n, k, 1.0
        lda, ldb = m if at else k, k if bt else n
        pa, pb, pc = a.ctypes.data, b.ctypes.data, c.ctypes.data
        if count == 1:
            args = *head, pa, lda, pb, ldb, 0.0, pc, n
            call = mkl.cblas_sgemm
        else:
            args = *head, pa, lda, m * k, pb, ldb, k * n, 0.0, pc, n, m * n, count
            call = mkl.cblas_sgemm_batch_strided

        def run(keep=(a, b, c)):
            call(*args)

        run()
        last = (a, b, c) if count == 1 else (a[-1], b[-1], c[-1])
        want = np.matmul(last[0].astype(np.float64), last[1].astype(np.float64))
        assert np.allclose(last[2], want, rtol=1e-3, atol=1e-3 * np.sqrt(k)), "wrong product"
        return run

    return text.value.decode().strip(), prepare


def series(call, n):
    """The seconds of n calls."""
    start = time.perf_counter()
    for _ in range(n):
        call()
    return time.perf_counter() - start


def main():
    version, prepare = {"numpy": numpy_library, "torch": torch_library, "mkl": mkl_library}[sys.argv[1]]()
    print(version, flush=True)
    shape, call = None, None
    for line in sys.stdin:
        form, *numbers, seconds = line.split()
        if (form, numbers) != shape:
            shape, call = (form, numbers), None  # the old matrices go first
            call = prepare(form, *map(int, numbers))
        span = float(seconds)
        once = series(call, 1)
        n = max(1, int(span / 20 / once))
        best, end = series(call, n), time.perf_counter() + span
        while time.perf_counter() < end:
            best = min(best, series(call, n))
        print(best / n, flush=True)



main()
