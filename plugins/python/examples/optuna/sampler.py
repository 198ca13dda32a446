"""Samplers of Optuna as a search strategy."""

import ast
import importlib
import operator
import re
from dataclasses import dataclass

import assay_plugin as assay
import optuna
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.WARNING)

SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),  # needs PyTorch
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    "nsga2": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
    "qmc": lambda seed: optuna.samplers.QMCSampler(seed=seed),
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
}


@dataclass
class Settings:
    sampler: str = assay.setting("tpe", doc=f"{', '.join(SAMPLERS)}, or MODULE:CLASS of your own, which takes a seed")


class Optuna(assay.Strategy):
    name, version, summary, settings = "optuna", f"1+optuna{optuna.__version__}", "any sampler of Optuna", Settings
    citation = "Akiba et al., Optuna: A Next-generation Hyperparameter Optimization Framework, KDD 2019"
    conditions = True
    repeats = True

    def begin(self, search):
        name = search.settings.sampler
        if name in SAMPLERS:
            sampler = SAMPLERS[name](search.seed)
        elif ":" in name:
            module, _, cls = name.partition(":")
            try:
                sampler = getattr(importlib.import_module(module), cls)(seed=search.seed)
            except (ImportError, AttributeError, TypeError) as e:
                raise assay.Refuse(f"the sampler {name} cannot be made: {e}", "it is MODULE:CLASS, importable from the plugin's environment") from e
        else:
            raise assay.Refuse(f'there is no sampler "{name}"', f"known: {', '.join(SAMPLERS)}, MODULE:CLASS")
        direction = "maximize" if search.goals[0] == "max" else "minimize"
        return {"search": search, "study": optuna.create_study(direction=direction, sampler=sampler), "trials": [], "told": 0}

    def ask(self, s):
        search = s["search"]
        trial = s["study"].ask()
        given, out = dict(search.fixed), {}
        for p in search.parameters:
            if not p.when or holds(p.when, given):
                given[p.name] = out[p.name] = suggest(trial, p)
        s["trials"].append(trial)
        return out

    def tell(self, s, answer):
        trial = s["trials"][answer.question]
        if answer.values is None:
            s["study"].tell(trial, state=TrialState.FAIL)
        else:
            s["study"].tell(trial, answer.values[0])


def suggest(trial, p):
    if p.values:
        if all(isinstance(v, (bool, int, float, str)) for v in p.values):
            return trial.suggest_categorical(p.name, list(p.values))
        return p.values[trial.suggest_categorical(p.name, list(range(len(p.values))))]  # lists are no categories
    if p.kind == "int":
        return trial.suggest_int(p.name, int(p.min), int(p.max), step=int(p.step) or 1, log=p.log)
    return trial.suggest_float(p.name, p.min, p.max, step=p.step or None, log=p.log)


OPERATORS = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Mod: operator.mod,
}


def holds(condition, given):
    """Evaluates a condition of a method: comparisons, and, or, not, in, arithmetic. One
    on a setting that has no effect does not hold."""
    text = re.sub(r"\|\|", " or ", re.sub(r"&&", " and ", condition))
    text = re.sub(r"!(?!=)", " not ", text)
    text = re.sub(r"\btrue\b", "True", re.sub(r"\bfalse\b", "False", text))
    try:
        return bool(value(ast.parse(text.strip(), mode="eval").body, given))
    except KeyError:
        return False


def value(node, given):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return given[node.id]
    if isinstance(node, (ast.List, ast.Tuple)):
        return [value(x, given) for x in node.elts]
    if isinstance(node, ast.BoolOp):
        some = any if isinstance(node.op, ast.Or) else all
        return some(value(x, given) for x in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not value(node.operand, given)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -value(node.operand, given)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](value(node.left, given), value(node.right, given))
    if isinstance(node, ast.Compare):
        left = value(node.left, given)
        for op, right in zip(node.ops, node.comparators):
            right = value(right, given)
            if not OPERATORS[type(op)](left, right):
                return False
            left = right
        return True
    raise assay.Refuse(f"the condition {ast.unparse(node)} is beyond this strategy", "search the setting in a sweep of its own")


if __name__ == "__main__":
    assay.serve(Optuna)
