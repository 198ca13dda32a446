"""The Embedded Interaction Transformer in JAX, folded as in eit_torch.py: a step is
one jitted function with donated state.

eit_jax.py {folded} {eit-2,eit-6} FOLDER
"""
import os
import sys

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax
import numpy as np
from jax import numpy as jnp

from recordings import Windows, serve

jax.config.update("jax_default_prng_impl", "rbg")  # the faster of its generators
_, how, method, folder = sys.argv
D, H, E, CLASSES = 16, 6, 64, 8
rng = np.random.default_rng(1)


def uniform(n, *shape):
    return jnp.float32(rng.uniform(-(n**-0.5), n**-0.5, shape))


def linear(a, b):
    return {"w": uniform(a, a, b), "b": uniform(a, b)}


def norm(n):
    return {"scale": jnp.ones(n), "shift": jnp.zeros(n)}


def block(hidden):
    return {"norm1": norm(D), "q": uniform(D, H, D, E), "k": uniform(D, H, D, E), "v": uniform(D, H, D, E),
            "o": uniform(H * E, H, E, D), "bo": uniform(H * E, D), "norm2": norm(D), "first": linear(D, hidden), "second": linear(hidden, D)}


def network(n):
    return {"embed": linear(1, D), "time": [block(2 * D), block(2 * D)], "units": [block(D), block(D)], "identity": jnp.float32(rng.normal(size=(n, D))),
            "squeeze_t": linear(D, 1), "squeeze_s": linear(D, 1), "head_t": linear(n, CLASSES), "norm_s": norm(n), "head_s": linear(n, CLASSES)}


def apply(p, x):
    return x @ p["w"] + p["b"]


def normalise(p, x):
    m, v = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - m) * jax.lax.rsqrt(v + 1e-5) * p["scale"] + p["shift"]


def attention(p, u):
    b, n, _ = u.shape
    m = jnp.einsum("hde,hfe->hdf", p["q"], p["k"]) * E**-0.5
    r = jnp.einsum("hde,hef->hdf", p["v"], p["o"])
    q = (u.reshape(b * n, D) @ m.transpose(1, 0, 2).reshape(D, H * D)).reshape(b, n, H, D)
    a = jax.nn.softmax(jnp.einsum("bihd,bjd->bhij", q, u), axis=-1)
    z = jnp.einsum("bhij,bjd->bihd", a, u)
    return z.reshape(b, n, H * D) @ r.reshape(H * D, D) + p["bo"]


def drop(key, p, x):
    return x if p == 0 else jnp.where(jax.random.bernoulli(key, 1 - p, x.shape), x / (1 - p), 0)


def transform(p, x, rate, skip, key):
    a, b, c = jax.random.split(key, 3)
    y = drop(a, rate, attention(p, normalise(p["norm1"], x)))
    if skip:
        y = y + x
    h = drop(b, rate, jax.nn.gelu(apply(p["first"], normalise(p["norm2"], y)), approximate=False))
    return y + drop(c, rate, apply(p["second"], h))


def cross_entropy(z, labels):
    return (jax.nn.logsumexp(z, axis=-1) - jnp.take_along_axis(z, labels[:, None], 1)[:, 0]).mean()


def loss_of(p, x, y, key):
    b, t, n = x.shape
    keys = jax.random.split(key, 6)
    z = apply(p["embed"], x.transpose(0, 2, 1).reshape(b * n, t, 1))
    for q, k in zip(p["time"], keys):
        z = transform(q, z, 0, False, k)
    z = z.reshape(b, n, t, D)
    g = apply(p["squeeze_t"], z)[..., 0].transpose(0, 2, 1).reshape(b * t, n)
    w = (z.transpose(0, 2, 1, 3) + p["identity"]).reshape(b * t, n, D)
    for q, k in zip(p["units"], keys[2:]):
        w = transform(q, w, 0.5, True, k)
    s = normalise(p["norm_s"], apply(p["squeeze_s"], w)[..., 0])
    y = jnp.repeat(y, t)
    return cross_entropy(apply(p["head_s"], drop(keys[4], 0.5, s)), y) + 0.5 * cross_entropy(apply(p["head_t"], drop(keys[5], 0.5, g)), y)


def step(state, x, y):
    p, m, v, t, key = state
    key, used = jax.random.split(key)
    loss, g = jax.value_and_grad(loss_of)(p, x, y, used)
    tree = jax.tree_util.tree_map
    m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    p = tree(lambda p, m, v: p - 1e-4 * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8), p, m, v)
    return (p, m, v, t + 1, key), loss


data = Windows(folder, int(method.split("-")[1]))
p = network(data.x.shape[1])
zeros = lambda: jax.tree_util.tree_map(jnp.zeros_like, p)
state = (p, zeros(), zeros(), jnp.float32(1), jax.random.key(1))
jitted = jax.jit(step, donate_argnums=0)


def steps(n):
    global state
    losses = []
    for _ in range(n):
        starts, rows = data.batch(16)
        state, loss = jitted(state, data.x[rows], data.labels[starts])
        losses.append(loss)
    return float(sum(float(l) for l in losses))


steps(3)
serve(f"JAX {jax.__version__} jit, {how}", steps)
