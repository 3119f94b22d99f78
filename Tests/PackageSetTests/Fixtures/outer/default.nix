# A package set that stands in a submodule.
import ./inner
