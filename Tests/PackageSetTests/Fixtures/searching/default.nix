# A package set whose package tells whether the host's search path can be seen.
{ system }:
let
  isForeign = entry: builtins.match "nixpkgs.*" entry.prefix != null;
in
{
  hello = derivation {
    name =
      if builtins.filter isForeign builtins.nixPath == [ ] then
        "search-path-is-empty"
      else
        "search-path-is-used";
    inherit system;
    builder = "/bin/sh";
  };
}
