"""Writes the .npy and .npz files beside it. Made with Python 3 and NumPy 2.4.6. No randomness.

Every plain type holds the same 2 x 3 matrix [[0, 1, 2], [3, 100, 1]] (bool: its truth values).
"""
import numpy as np

m = np.array([[0, 1, 2], [3, 100, 1]])
for t in ["|b1", "|i1", "|u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8",
          "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
    name = t.replace("|", "").replace("<", "le-").replace(">", "be-")
    np.save(f"{name}.npy", m.astype(t))
np.save("fortran.npy", np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)))
np.save("scalar.npy", np.float32(1.5))
np.save("empty.npy", np.zeros((0, 5), "<f4"))
np.save("half.npy", np.array([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 1e-5, np.inf, -np.inf], "<f2"))
np.save("negative.npy", np.array([-1, -128, 127], "<i2"))
with open("version2.npy", "wb") as f:
    np.lib.format.write_array(f, m.astype("<f4"), version=(2, 0))
with open("version3.npy", "wb") as f:
    np.lib.format.write_array(f, m.astype("<f4"), version=(3, 0))
np.save("complex.npy", m.astype("<c8"))
np.save("text.npy", np.array(["a", "bc"]))
np.save("structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
np.save("object.npy", np.array([1, "x"], dtype=object), allow_pickle=True)
np.savez_compressed("arrays.npz", counts=m.astype("u1"), vel=m.astype("<f4") / 4)
np.savez("stored.npz", counts=m.astype("u1"))
