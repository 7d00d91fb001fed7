"""What is left of a fit where a relative in the tree of resources takes the place of what is meant. Pure: no Django.

Affinity goes along the tree from a material to what an activity takes; matching goes from what is offered
to what is sought. Both count alike. Depth 0 is a root, depth 1 a branch.
"""

UP = 0.93  # a more general resource is taken
DOWN = 0.8  # a special kind of it is taken
BROAD_DOWN = 0.5  # … of a whole branch
SIBLING = 0.5  # another kind of the same narrow group
FAR_SIBLING = 0.3  # … of the same broad group
GROUP = 0.12  # something else of the same branch
NARROW_DEPTH = 2
# Below here the kinds of a group serve alike; above, acids and gases stand beside each other.
CLOSE_DEPTH = 3


def kind_left(depth: int, levels: int) -> float:
    """What is left of the fit from a resource at `depth` to a kind of it `levels` below."""
    left: float = (DOWN if depth >= NARROW_DEPTH else BROAD_DOWN) * DOWN ** (levels - 1)
    return left


def sibling_left(parent_depth: int) -> float:
    """What is left of the fit from one kind of a group at `parent_depth` to another."""
    return SIBLING if parent_depth >= NARROW_DEPTH else FAR_SIBLING
