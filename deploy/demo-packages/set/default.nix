# A small package set of real programs: Debian's packages, unpacked so that they run from the Nix store.
#
# lock.json says which .deb files in debs/ make up which derivation. Unpacking runs nothing of what is unpacked, so the
# packages of either machine are built by the machine at hand.
{
  system ? builtins.currentSystem,
}:
let
  lock = builtins.fromJSON (builtins.readFile ./lock.json);
  machine =
    lock.systems.${system}
      or (throw "the demo package set has no packages for ${system}, only for ${toString systems}");
  systems = builtins.attrNames lock.systems;
  derivations = import ./packages.nix { inherit machine system; };

  # "python3Packages.requests" stands for an attribute in a nested set.
  nested = builtins.foldl' (
    set: name: insert (split name) derivations.${machine.attributes.${name}} set
  ) { } (builtins.attrNames machine.attributes);
  split = name: builtins.filter builtins.isString (builtins.split "\\." name);
  insert =
    path: value: set:
    let
      first = builtins.head path;
      rest = builtins.tail path;
    in
    set // { ${first} = if rest == [ ] then value else insert rest value (set.${first} or { }); };
in
nested
// import ./oddities.nix
// {
  # Every derivation under the name of its Debian package.
  debianPackages = derivations;
}
