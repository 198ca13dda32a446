"""Swap-VAE and MYOW (second release) in JAX, written from the papers' equations:
a step is one jitted function with donated state, and passes that share weights
are one array [passes, rows, columns], each with its own batch statistics.

jax_train.py jit {swapvae,myow} FOLDER
"""
import os
import sys

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax
import numpy as np
from jax import numpy as jnp

from recordings import Recording, batch_of_myow, serve

jax.config.update("jax_default_prng_impl", "rbg")  # the faster of its generators
_, method, folder = sys.argv[1:4]
tree = jax.tree_util.tree_map


class Init:
    """Parameters with normal weights of that gain, or uniform as PyTorch's."""

    def __init__(self, kaiming):
        self.rng, self.kaiming = np.random.default_rng(1), kaiming

    def linear(self, a, b, bias=True):
        bound = a**-0.5
        w = self.rng.normal(0, (2 / a) ** 0.5, (a, b)) if self.kaiming else self.rng.uniform(-bound, bound, (a, b))
        return {"w": jnp.float32(w), **({"b": jnp.zeros(b)} if bias else {})}

    def norm(self, n):
        return {"scale": jnp.ones(n), "shift": jnp.zeros(n)}


def linear(p, x):
    y = x @ p["w"]
    return y + p["b"] if "b" in p else y


def normalise(p, x, running, momentum, rows=None):
    """BatchNorm over the rows of every pass, and the running statistics after
    them. rows: how many of the rows count, where some are padding."""
    if rows is None:
        n, m, v = x.shape[-2], x.mean(-2, keepdims=True), x.var(-2, keepdims=True)
    else:
        n, counts = rows, (jnp.arange(x.shape[-2]) < rows)[:, None]
        m = (x * counts).sum(-2, keepdims=True) / n
        v = (counts * (x - m) ** 2).sum(-2, keepdims=True) / n
    mean, var = running
    for i in range(x.shape[0]):
        mean = (1 - momentum) * mean + momentum * jax.lax.stop_gradient(m[i, 0])
        var = (1 - momentum) * var + momentum * jax.lax.stop_gradient(v[i, 0]) * n / (n - 1)
    return p["scale"] * (x - m) * jax.lax.rsqrt(v + 1e-5) + p["shift"], (mean, var)


def stack(layers, x, running, momentum, rows=None, slope=False):
    """Linear layers, the hidden ones with BatchNorm and ReLU or PReLU."""
    after = []
    for layer, stats in zip(layers[:-1], running):
        x, stats = normalise(layer["norm"], linear(layer["linear"], x), stats, momentum, rows)
        x = jnp.where(x > 0, x, layer["slope"] * x) if slope else jax.nn.relu(x)
        after.append(stats)
    return linear(layers[-1]["linear"], x), after


def statistics(layers):
    return [(jnp.zeros_like(l["norm"]["shift"]), jnp.ones_like(l["norm"]["scale"])) for l in layers[:-1]]


def adam(params, grads, m, v, t, rate, decay=0.0):
    t = t.astype(jnp.float32)
    m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
    a, b = 1 - 0.9**t, 1 - 0.999**t
    params = tree(lambda p, m, v: p * (1 - rate * decay) - rate * (m / a) / (jnp.sqrt(v / b) + 1e-8), params, m, v)
    return params, m, v


def cosine(a, b):
    norm = lambda x: jnp.maximum(jnp.linalg.norm(x, axis=-1), 1e-12)
    return (a * b).sum(-1) / (norm(a) * norm(b))


class SwapVAE:
    UNITS, BATCH = 163, 256

    def __init__(self, recording):
        n, c, d = self.UNITS, 64, 128
        init = Init(kaiming=True)

        def layers(*widths):
            pairs = list(zip(widths, widths[1:]))
            return [{"linear": init.linear(a, b), "norm": init.norm(b)} for a, b in pairs[:-1]] + [{"linear": init.linear(*pairs[-1])}]

        params = {"enc": layers(n, n, d, c + 2 * (d - c)), "dec": layers(d, d, n, n)}
        running = {k: statistics(v) for k, v in params.items()}
        zeros = tree(jnp.zeros_like, params)
        self.state = (params, zeros, tree(jnp.copy, zeros), running, jnp.int32(0), jax.random.key(1))
        self.rng, self.pairs = np.random.default_rng(1), recording.pairs(5)
        self.x = jnp.asarray(recording.x)

        def loss_of(params, running, x, key):
            out, enc = stack(params["enc"], x, running["enc"], 0.1)  # [2, B, 192]
            content, mu, v = out[..., :c], out[..., c:d], out[..., d:]
            style = mu + jnp.exp(v / 2) * jax.random.normal(key, mu.shape)
            kl = (-0.5 * (1 + v - mu**2 - jnp.exp(v))).sum(-1).mean()
            z = jnp.concatenate([
                jnp.concatenate([content[::-1], style], -1),  # swapped: the target is the view that gave the style
                jnp.concatenate([content, style], -1),
            ])
            y, dec = stack(params["dec"], z, running["dec"], 0.1)  # [4, B, N]
            y = jnp.clip(jax.nn.softplus(y), 1e-7, 1e7)
            targets = jnp.concatenate([x, x])
            nll = (y - targets * jnp.log(y)).sum(-1).mean(-1)  # per decode
            align = (2 - 2 * cosine(content[0], content[1])).mean()
            return nll.sum() / 2 + 10 * kl + align, {"enc": enc, "dec": dec}

        def step(state, samples, chosen):
            params, m, v, running, t, key = state
            key, rate, drop, noise = jax.random.split(key, 4)
            x = samples[chosen]
            p = 0.6 * jax.random.uniform(rate, (2, self.BATCH, 1))
            x = x * (jax.random.uniform(drop, x.shape) >= p)
            (loss, running), grads = jax.value_and_grad(loss_of, has_aux=True)(params, running, x, noise)
            params, m, v = adam(params, grads, m, v, t + 1, 5e-4)
            return (params, m, v, running, t + 1, key), loss

        self.jitted = jax.jit(step, donate_argnums=0)

    def step(self):
        chosen = self.pairs[self.rng.choice(len(self.pairs), self.BATCH, replace=False, shuffle=False)]
        self.state, loss = self.jitted(self.state, self.x, chosen.T.astype(np.int32))
        return loss


class MYOW:
    UNITS, BATCH, STEPS, K, PAD = 162, 512, 10000, 5, 64

    def __init__(self, recording):
        init = Init(kaiming=False)

        def encoder():
            hidden = [{"linear": init.linear(a, 64, bias=False), "norm": init.norm(64), "slope": jnp.float32(0.25)} for a in (self.UNITS, 64, 64)]
            return hidden + [{"linear": init.linear(64, 64, bias=False)}]

        def mlp(a, b):
            return [{"linear": init.linear(a, 256, bias=False), "norm": init.norm(256)}, {"linear": init.linear(256, b)}]

        online = {"f": encoder(), "q": mlp(64, 64), "h": mlp(64, 32), "r": mlp(32, 32)}
        target = {"f": encoder(), "h": tree(jnp.copy, online["h"])}
        running = {k: statistics(v) for k, v in online.items()}
        running_xi = {k: statistics(v) for k, v in target.items()}
        zeros = tree(jnp.zeros_like, online)
        self.state = (online, target, zeros, tree(jnp.copy, zeros), running, running_xi, jnp.int32(0), jax.random.key(1))
        self.rng, self.trial, self.ahead = np.random.default_rng(1), recording.trial, recording.ahead(2)
        self.x, self.trials = jnp.asarray(recording.x), jnp.asarray(recording.trial, jnp.int32)
        self.mean, self.std = jnp.asarray(recording.x.mean(0)), jnp.asarray(recording.x.std(0, ddof=1))
        B, T, warm = self.BATCH, self.STEPS, 100

        def branch(net, running, a, b, rows):
            """What both copies give: A has rows of padding, A' none. Of A' nothing
            reads v and r: as in ours, they are not computed."""
            after = dict(running)

            def apply(name, x, momentum, n, slope=False):
                y, after[name] = stack(net[name], x[None], after[name], momentum, n, slope)
                return y[0]

            y1, y2 = apply("f", a, 0.99, rows, slope=True), apply("f", b, 0.99, None, slope=True)
            v1 = apply("h", y1, 0.1, rows)
            if "q" not in net:
                return (y1, y2, v1), after
            return (y1, apply("q", y1, 0.1, rows), apply("q", y2, 0.1, None), apply("r", v1, 0.1, rows)), after

        def loss_of(online, target, running, running_xi, a, b, rows, eligible, pick, lam):
            (y1, q1, q2, r1), running = branch(online, running, a, b, rows)
            (y1_xi, y2_xi, v1_xi), running_xi = branch(target, running_xi, a, b, rows)
            unit = lambda y: y / jnp.maximum(jnp.linalg.norm(y, axis=-1, keepdims=True), 1e-12)
            similar = jax.lax.stop_gradient(unit(y1[:B])) @ unit(y1_xi).T
            nearest = jax.lax.top_k(jnp.where(eligible, similar, -2.0), self.K)[1]
            mined = v1_xi[jnp.take_along_axis(nearest, pick, 1)[:, 0]]
            aug = 1 - 0.5 * cosine(q1[:B], y2_xi).mean() - 0.5 * cosine(q2, y1_xi[:B]).mean()
            return (1 - lam) * aug + lam * (1 - cosine(r1[:B], mined).mean()), (running, running_xi)

        def augment(x, key):
            keys = jax.random.split(key, 7)
            flat = (len(x), 1)
            x = x * (jax.random.uniform(keys[0], x.shape) >= 0.2 * jax.random.uniform(keys[1], flat))
            x = x + 1.5 * ((jax.random.uniform(keys[2], x.shape) < 0.3) & (jax.random.uniform(keys[3], flat) < 0.5))
            x = x + 1.5 * jax.random.normal(keys[4], x.shape) * (jax.random.uniform(keys[5], flat) < 0.5)
            return (x - self.mean) / self.std

        def step(state, samples, trials, rows, positives, n):
            online, target, m, v, running, running_xi, t, key = state
            key, aug, pick = jax.random.split(key, 3)
            x = augment(samples[jnp.concatenate([rows, positives])], aug)
            of = trials[rows]
            eligible = (of[:B, None] != of[None, :]) & (jnp.arange(len(rows)) < n)
            lam = 0.5 * jnp.minimum(t / 10, 1)
            pick = jax.random.randint(pick, (B, 1), 0, self.K)
            (loss, (running, running_xi)), grads = jax.value_and_grad(loss_of, has_aux=True)(
                online, target, running, running_xi, x[: len(rows)], x[len(rows) :], n, eligible, pick, lam)
            rate = 2e-4 * jnp.where(t <= warm, t / warm, (1 + jnp.cos(jnp.pi * (t - warm) / (T - warm))) / 2)
            online, m, v = adam(online, grads, m, v, t + 1, rate, 2e-5)
            tau = 1 - (1 - 0.98) * (1 + jnp.cos(jnp.pi * t / T)) / 2
            target = tree(lambda xi, theta: tau * xi + (1 - tau) * theta, target, {k: online[k] for k in target})
            return (online, target, m, v, running, running_xi, t + 1, key), loss

        self.jitted = jax.jit(step, donate_argnums=0)

    def step(self):
        _, positives, rows = batch_of_myow(self.rng, self.trial, self.ahead, self.BATCH)
        n = len(rows)
        rows = np.pad(rows, (0, -n % self.PAD))  # few sizes, so that few are compiled
        self.state, loss = self.jitted(self.state, self.x, self.trials, rows.astype(np.int32), positives.astype(np.int32), n)
        return loss


kind = {"swapvae": SwapVAE, "myow": MYOW}[method]
model = kind(Recording(folder, kind.UNITS))


def steps(n):
    losses = [model.step() for _ in range(n)]
    return float(sum(float(l) for l in losses))


steps(30)
serve(f"JAX {jax.__version__} jit", steps)
