"""OmegaConf resolvers for conf/layout.yaml, where DVC and not `ccsi config` composes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ccsi.config.compose import LATER_BUILDERS, checked_tasks
from ccsi.config.digest import KEY, digest_of
from ccsi.config.hydra_tree import plain
from ccsi.config.paths import CONF
from ccsi.config.sections import LAID_OUT

Guard = Callable[[Mapping[str, Any]], None]
Resolver = Callable[..., Any]


def register_resolvers(guard: Guard, *, wrap: Callable[[Resolver], Resolver]) -> None:
    """Register ccsi.tasks, ccsi.increments, ... and ccsi.digest for this process.

    guard: called with the finished parameters before DVC writes them; it may raise. wrap: put
    around each resolver. The order of conf/layout.yaml matters: a resolver reads what stands
    above its own key, which is resolved by then.
    """

    def tasks(*, _root_: DictConfig) -> DictConfig:
        chosen = plain(_root_, [str(key) for key in _root_ if key not in (*LAID_OUT, KEY)])
        overrides = chosen.pop("overrides")
        return OmegaConf.create(checked_tasks(CONF, chosen, overrides))

    def later(name: str) -> Resolver:
        def build(*, _root_: DictConfig) -> DictConfig:
            names = list(LAID_OUT)[list(LAID_OUT).index(name) :]
            above = [str(key) for key in _root_ if key not in (*names, "overrides", KEY)]
            return OmegaConf.create(LATER_BUILDERS[name](plain(_root_, above)))

        return build

    def digest(*, _root_: DictConfig) -> str:
        params = plain(_root_, [str(key) for key in _root_ if key != KEY])
        guard(params)
        return digest_of(params)

    resolvers: dict[str, Resolver] = {"tasks": tasks, "digest": digest}
    resolvers |= {name: later(name) for name in LATER_BUILDERS}
    for name, resolver in resolvers.items():
        OmegaConf.register_new_resolver(f"ccsi.{name}", wrap(resolver), replace=True)
