"""The searches that ours are set beside: each returns the values of n questions, in order."""
import warnings

import cma
import numpy
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")


def suggest(trial, params):
    """A configuration of Optuna's, conditional parameters as its users write them."""
    c = {}
    for p in params:
        if "when" in p:
            name, value = p["when"].split(" == ")
            if c[name] != value.strip("'"):
                continue
        name, log = p["name"], p.get("log", False)
        if "values" in p:
            c[name] = trial.suggest_categorical(name, p["values"])
        elif p.get("int"):
            c[name] = trial.suggest_int(name, p["min"], p["max"], log=log)
        else:
            c[name] = trial.suggest_float(name, p["min"], p["max"], log=log)
    return c


def with_optuna(sampler):
    def search(params, f, seed, n, batch):
        study = optuna.create_study(sampler=sampler(seed=seed))
        values, running = [], []
        for _ in range(n):
            if len(running) == batch:
                study.tell(*running.pop(0))
            trial = study.ask()
            values.append(f(suggest(trial, params)))
            running.append((trial, values[-1]))
        return values

    return search


optuna_tpe = with_optuna(optuna.samplers.TPESampler)
optuna_cmaes = with_optuna(optuna.samplers.CmaEsSampler)


def pycma(params, f, seed, n, batch):
    """pycma from the middle of the unit cube, with the first deviation that the others have."""
    low = numpy.array([p["min"] for p in params])
    wide = numpy.array([p["max"] - p["min"] for p in params])
    es = cma.CMAEvolutionStrategy(numpy.full(len(params), 0.5), 1 / 6, {"bounds": [0, 1], "seed": seed + 1, "verbose": -9})
    values = []
    while len(values) < n:
        asked = es.ask()
        told = [f({p["name"]: v for p, v in zip(params, low + wide * x)}) for x in asked]
        es.tell(asked, told)
        values += told
    return values[:n]
