"""Reads CloudFormation templates, whose short tags are no plain YAML."""

import yaml


class Tagged(yaml.SafeLoader):
    """Reads CloudFormation's tags as it reads the long form: `!Ref Name` as {"Ref": "Name"}."""


def tagged(loader, suffix, node):
    if isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    return {suffix: value}


Tagged.add_multi_constructor("!", tagged)


def read(path):
    return yaml.load(path.read_text(), Tagged)
