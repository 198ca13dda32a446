"""Functions to minimise: name, parameters, value, least value.

Where a shift is named, the least value lies at shift x half-width from the middle of the box: strategies that start in the middle
would otherwise have an advantage that real problems do not give.
"""
import math

SHIFT = (0.4, -0.3, 0.25, -0.45, 0.35, -0.2, 0.3, -0.4, 0.2, -0.35)


def box(lows, highs):
    return [{"name": f"x{i}", "min": lo, "max": hi} for i, (lo, hi) in enumerate(zip(lows, highs))]


def vector(f):
    return lambda c: f([c[f"x{i}"] for i in range(len(c))])


def branin(x):
    a, b, c, r, s, t = 1, 5.1 / (4 * math.pi**2), 5 / math.pi, 6, 10, 1 / (8 * math.pi)
    return a * (x[1] - b * x[0] ** 2 + c * x[0] - r) ** 2 + s * (1 - t) * math.cos(x[0]) + s


def himmelblau(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


HARTMANN_A = ((10, 3, 17, 3.5, 1.7, 8), (0.05, 10, 17, 0.1, 8, 14), (3, 3.5, 1.7, 10, 17, 8), (17, 8, 0.05, 10, 0.1, 14))
HARTMANN_P = ((1312, 1696, 5569, 124, 8283, 5886), (2329, 4135, 8307, 3736, 1004, 9991), (2348, 1451, 3522, 2883, 3047, 6650), (4047, 8828, 8732, 5743, 1091, 381))


def hartmann(x):
    total = 0.0
    for weight, a, p in zip((1, 1.2, 3, 3.2), HARTMANN_A, HARTMANN_P):
        total -= weight * math.exp(-sum(ai * (xi - pi / 1e4) ** 2 for ai, xi, pi in zip(a, x, p)))
    return total


def shifted(f, half):
    return lambda x: f([xi - half * s for xi, s in zip(x, SHIFT)])


def ackley(x):
    n = len(x)
    return (20 + math.e - 20 * math.exp(-0.2 * math.sqrt(sum(v * v for v in x) / n))
            - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / n))


def rastrigin(x):
    return sum(v * v - 10 * math.cos(2 * math.pi * v) + 10 for v in x)


def sphere(x):
    return sum(v * v for v in x)


# Training with one of three rules, as people tune it: rates on a logarithmic scale with an optimum of its own for each rule,
# a momentum that only sgd has, a number of layers, a warm-up that only adam has. With l = log10(rate),
#
#   sgd:  (l + 1.5)^2 + 4 (m - 0.85)^2 + 0.15 (k - 3)^2
#   adam: 0.15 + 1.5 (l + 3.2)^2 + 0.15 (k - 4)^2 + 0.002 (w - 20)^2 / (1 + w)
#   rms:  0.5 + (l + 2.8)^2 + 0.15 (k - 2)^2
#
# The least value is 0, by sgd at rate 10^-1.5, m = 0.85, k = 3; adam's least value is 0.15.
def training(c):
    line, k = math.log10(c["rate"]), c["layers"]
    if c["rule"] == "sgd":
        return (line + 1.5) ** 2 + 4 * (c["momentum"] - 0.85) ** 2 + 0.15 * (k - 3) ** 2
    if c["rule"] == "adam":
        return 0.15 + 1.5 * (line + 3.2) ** 2 + 0.15 * (k - 4) ** 2 + 0.002 * (c["warmup"] - 20) ** 2 / (1 + c["warmup"])
    return 0.5 + (line + 2.8) ** 2 + 0.15 * (k - 2) ** 2


TRAINING = [
    {"name": "rule", "values": ["adam", "rms", "sgd"]},
    {"name": "rate", "min": 1e-5, "max": 1.0, "log": True},
    {"name": "layers", "min": 1, "max": 8, "int": True},
    {"name": "momentum", "min": 0.0, "max": 0.99, "when": "rule == 'sgd'"},
    {"name": "warmup", "min": 1, "max": 1000, "int": True, "log": True, "when": "rule == 'adam'"},
]

FUNCTIONS = [
    ("branin", box((-5, 0), (10, 15)), vector(branin), 0.39788735772973816),
    ("himmelblau", box((-5, -5), (5, 5)), vector(himmelblau), 0.0),
    ("rosenbrock", box((-5, -5), (10, 10)), vector(rosenbrock), 0.0),
    ("hartmann6", box((0,) * 6, (1,) * 6), vector(hartmann), -3.322368011415515),
    ("ackley5", box((-32.768,) * 5, (32.768,) * 5), vector(shifted(ackley, 32.768)), 0.0),
    ("rastrigin5", box((-5.12,) * 5, (5.12,) * 5), vector(shifted(rastrigin, 5.12)), 0.0),
    ("sphere10", box((-5,) * 10, (5,) * 10), vector(shifted(sphere, 5)), 0.0),
    ("training", TRAINING, training, 0.0),
]
