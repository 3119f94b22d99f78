# Not a package set.
{ system }: [ system ]
