"""Writes the pickles beside it. Made with Python 3 and NumPy 2.4.6. No randomness.

numpy.pkl and torch.pkl hold two trials of the reach recordings' two layouts,
with invented numbers. The torch file is written without torch: modules of its
names are made up here, so that pickle refers to them as the published files do.
"""
import collections, io, pickle, struct, sys, types
import numpy as np


def module(name):
    sys.modules[name] = types.ModuleType(name)
    return sys.modules[name]


def put(mod, obj, name):
    obj.__module__, obj.__qualname__, obj.__name__ = mod.__name__, name, name
    setattr(mod, name, obj)
    return obj


torch, utils, storage = module("torch"), module("torch._utils"), module("torch.storage")
pyg = module("torch_geometric"), module("torch_geometric.data")
data_mod, storage_mod = module("torch_geometric.data.data"), module("torch_geometric.data.storage")
FloatStorage = put(torch, type("FloatStorage", (), {}), "FloatStorage")
LongStorage = put(torch, type("LongStorage", (), {}), "LongStorage")
rebuild = put(utils, lambda *a: None, "_rebuild_tensor_v2")
load_bytes = put(storage, lambda b: None, "_load_from_bytes")
Data = put(data_mod, type("Data", (), {}), "Data")
GlobalStorage = put(storage_mod, type("GlobalStorage", (), {}), "GlobalStorage")


class Ref:
    def __init__(self, cls, count):
        self.cls, self.count = cls, count


class Saver(pickle.Pickler):
    def persistent_id(self, obj):
        if isinstance(obj, Ref):
            return ("storage", obj.cls, "1", "cpu", obj.count, None)


def legacy_save(a):
    cls = {"f": FloatStorage, "i": LongStorage}[a.dtype.kind]
    out = io.BytesIO()
    sizes = {"short": 2, "int": 4, "long": 4}
    for x in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": sizes}):
        pickle.dump(x, out, protocol=2)
    Saver(out, protocol=2).dump(Ref(cls, a.size))
    pickle.dump(["1"], out, protocol=2)
    out.write(struct.pack("<q", a.size) + a.tobytes())
    return out.getvalue()


class Storage:
    def __init__(self, a):
        self.a = a

    def __reduce__(self):
        return load_bytes, (legacy_save(self.a),)


class Tensor:
    def __init__(self, a):
        self.a = np.ascontiguousarray(a)

    def __reduce__(self):
        a = self.a
        strides = tuple(s // a.itemsize for s in a.strides)
        return rebuild, (Storage(a), 0, a.shape, strides, False, collections.OrderedDict())


def trial(k, bins):
    b = np.arange(bins, dtype="f4")[:, None]
    return dict(
        x=(b * 10 + np.arange(3) * 20 * k).astype("f4"), y=np.full(bins, 2 * k + 1), pos=np.hstack([b, -b]),
        vel=np.hstack([b + k, b - k]), acc=np.hstack([b * 0, b]), force=np.hstack([b, b]), timestep=np.arange(bins) + k)


trials = [trial(0, 2), trial(1, 3)]


def graph(t):
    d, s = Data(), GlobalStorage()
    s.__dict__.update(_mapping={k: Tensor(v) for k, v in t.items()}, _parent=d)  # a cycle, as in the published files
    d.__dict__["_store"] = s
    return d


def write(name, obj, protocol=4):
    with open(name, "wb") as f:
        pickle.dump(obj, f, protocol=protocol)


write("torch.pkl", {"data": [graph(t) for t in trials]})
names = dict(firing_rates="x", labels="y", position="pos", velocity="vel", acceleration="acc", force="force")
write("numpy.pkl", {"data": {n: [np.asarray(t[k], "f8").reshape(len(t["y"]), -1) for t in trials] for n, k in names.items()}})
write("fortran.pkl", np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)))
write("object-array.pkl", np.array([1, "x"], dtype=object))
write("complex.pkl", np.zeros(2, "c8"))


class Evil:
    def __init__(self, f, *args):
        self.f, self.args = f, args

    def __reduce__(self):
        return self.f, self.args


import os
write("system.pkl", Evil(os.system, "echo executed"))
write("system-protocol0.pkl", Evil(os.system, "echo executed"), 0)
write("eval.pkl", {"data": [Evil(eval, "1+1")]}, 2)
cycle = {"data": []}
cycle["data"].append(cycle)
write("cycle.pkl", cycle)
