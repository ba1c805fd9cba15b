"""params.yaml composed from conf/: the same bytes as `dvc exp run` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hydra.errors import HydraException
from omegaconf import OmegaConf

from ccsi.config import layout, layout_audit, layout_statistics
from ccsi.config.digest import KEY, digest_of
from ccsi.config.hydra_errors import explain, refuse_laid_out
from ccsi.config.hydra_tree import compose_tree, plain
from ccsi.config.layout_inputs import lay_out_layout
from ccsi.config.sections import LAID_OUT, check_sections, check_task_names
from ccsi.config.text_files import in_one_line
from ccsi.config.typed import refuse_foreign_values, refuse_shadowed, typed_keys, typed_tasks
from ccsi.frame.errors import ParameterError

Params = dict[str, Any]
Builder = Callable[[Mapping[str, Any]], Params]

LATER_BUILDERS: dict[str, Builder] = {
    "increments": layout.lay_out_increments,
    "rehearsals": layout.lay_out_rehearsals,
    "herdings": layout.lay_out_herdings,
    "members": layout_statistics.lay_out_members,
    "gatherings": layout_statistics.lay_out_gatherings,
    "fits": layout_statistics.lay_out_fits,
    "calibrations": layout.lay_out_calibrations,
    "audits": layout_audit.lay_out_audits,
    "downloads": layout.lay_out_downloads,
    "first": layout.lay_out_first,
    "summary": layout.lay_out_summary,
    "layout": lay_out_layout,
}


def compose_params(conf: Path, overrides: Sequence[str] = ()) -> Params:
    """Everything params.yaml holds, composed, checked and laid out; paths are relative to the cwd.

    Raises ParameterError or DataError, one line each.
    """
    try:
        tree = compose_tree(conf, overrides)
        refuse_laid_out(overrides)
        chosen = plain(tree, [str(key) for key in tree if key not in (*LAID_OUT, KEY)])
    except HydraException as error:
        told = explain(error, conf, overrides, without=lambda: compose_tree(conf, []))
        raise ParameterError(told) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"a file of {conf} cannot be read: {in_one_line(error)}") from error
    noted = chosen.pop("overrides")
    params = {**chosen, "tasks": checked_tasks(conf, chosen, overrides)}
    for name, build in LATER_BUILDERS.items():
        params[name] = build(params)
    params["overrides"] = noted
    return {**params, KEY: digest_of(params)}


def checked_tasks(conf: Path, chosen: Mapping[str, Any], overrides: Sequence[str]) -> Params:
    """The record `tasks`, after every chosen value has been checked."""
    refuse_foreign_values(conf, overrides)
    check_sections(chosen, overrides)
    tasks = layout.lay_out_tasks(chosen)
    typed = typed_keys(conf, overrides)
    check_task_names(chosen["per_task"], tasks, typed=typed_tasks(typed))
    refuse_shadowed(tasks, typed)
    return tasks


def to_yaml(params: Mapping[str, Any]) -> str:
    """The text of params.yaml, keys in their order."""
    return OmegaConf.to_yaml(OmegaConf.create(dict(params)))
